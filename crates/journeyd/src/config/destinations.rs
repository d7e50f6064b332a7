//! What destinations are given where journeys run: settings, and secrets by name.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use journey_delivery::{SigningSecret, SigningSecretError};
use serde::{Deserialize, Serialize};

use super::{Config, OwnBreaker};
use crate::secret::Secret;

/// What one destination is set to, by the name it has in source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DestinationConfig {
    /// Values of the settings that its declaration names.
    pub settings: BTreeMap<String, toml::Value>,
    /// Where the secrets are that its declaration names.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Where the secrets are that its requests are signed with, each, by names people choose.
    pub signing: BTreeMap<String, SecretSource>,
    /// When it is left alone, where that differs from the others.
    pub breaker: OwnBreaker,
}

impl DestinationConfig {
    /// One with everything in it, to read off which keys there are.
    pub(super) fn example() -> DestinationConfig {
        let secrets = BTreeMap::from([(super::shape::ANY.to_owned(), SecretSource::default())]);
        let (signing, breaker) = (secrets.clone(), OwnBreaker::example());
        DestinationConfig { signing, secrets, breaker, settings: BTreeMap::new() }
    }
}

/// Where a secret is: a file or a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecretSource {
    /// The file whose text it is; one line break at the end does not count.
    pub file: PathBuf,
    /// The variable of the environment whose value it is.
    pub env: String,
}

/// Why a secret cannot be had. The message names where it was looked for, never what was found.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Nobody said where it is.
    #[error(
        "the secret `{name}` of the destination `{destination}` is set nowhere: set {variable}, or name its place in [destinations.{destination}.secrets]"
    )]
    Missing {
        /// The destination.
        destination: String,
        /// The secret.
        name: String,
        /// The variable that would set it.
        variable: String,
    },
    /// The variable that the configuration names is not set.
    #[error(
        "the secret `{name}` of the destination `{destination}` should be in the variable {variable}, which is not set"
    )]
    NoVariable {
        /// The destination.
        destination: String,
        /// The secret.
        name: String,
        /// The variable.
        variable: String,
    },
    /// The file cannot be read.
    #[error("the secret `{name}` of the destination `{destination}`: {}: {source}", path.display())]
    File {
        /// The destination.
        destination: String,
        /// The secret.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The configuration names no place.
    #[error(
        "the secret `{name}` of the destination `{destination}` has no place: name the file or the variable it is in"
    )]
    Nowhere {
        /// The destination.
        destination: String,
        /// The secret.
        name: String,
    },
    /// Nothing can be signed with it.
    #[error(
        "the secret `{name}`, with which requests to `{destination}` are to be signed: {source}"
    )]
    Signing {
        /// The destination, or the host of webhooks.
        destination: String,
        /// The secret.
        name: String,
        /// Why not.
        source: SigningSecretError,
    },
}

/// Finds settings and secrets of destinations by the names their declarations give them.
#[derive(Clone)]
pub struct Secrets {
    destinations: BTreeMap<String, DestinationConfig>,
    directory: PathBuf,
    environment: BTreeMap<String, Secret>,
}

impl Secrets {
    /// Takes what the configuration says, and the environment as it is now.
    pub fn new(config: &Config, environment: &[(String, String)]) -> Secrets {
        Secrets {
            destinations: config.destinations.clone(),
            directory: config.secrets.directory.clone(),
            environment: environment
                .iter()
                .map(|(name, value)| (name.clone(), Secret::new(value.as_str())))
                .collect(),
        }
    }

    /// A secret: from `JOURNEYD_SECRET_DESTINATION_NAME`, from where the configuration says, or
    /// from the folder of secrets. Files are read each time, so that a secret can be replaced.
    ///
    /// # Errors
    /// It is nowhere, or its file cannot be read.
    pub fn secret(&self, destination: &str, name: &str) -> Result<Secret, SecretError> {
        let variable = variable("SECRET", destination, name);
        if let Some(secret) = self.environment.get(&variable) {
            return Ok(secret.clone());
        }
        let place = self.destinations.get(destination).and_then(|it| it.secrets.get(name));
        if let Some(found) = place.and_then(|place| self.at(place, destination, name)) {
            return found;
        }
        if !self.directory.as_os_str().is_empty() {
            let path = self.directory.join(format!("{destination}.{name}"));
            if path.is_file() {
                return file(&path, destination, name);
            }
        }
        let (destination, name) = (destination.to_owned(), name.to_owned());
        Err(SecretError::Missing { destination, name, variable })
    }

    /// What is at a place that the configuration names; nothing if it names none.
    fn at(
        &self,
        place: &SecretSource,
        destination: &str,
        name: &str,
    ) -> Option<Result<Secret, SecretError>> {
        if !place.file.as_os_str().is_empty() {
            return Some(file(&place.file, destination, name));
        }
        let found = || {
            let found = self.environment.get(&place.env).cloned();
            found.ok_or_else(|| SecretError::NoVariable {
                destination: destination.to_owned(),
                name: name.to_owned(),
                variable: place.env.clone(),
            })
        };
        (!place.env.is_empty()).then(found)
    }

    /// What requests are signed with, by destination or host of webhooks, in the order of the names that
    /// people have given them.
    ///
    /// # Errors
    /// One is nowhere, or is no secret to sign with.
    pub fn signing(&self) -> Result<BTreeMap<String, Vec<SigningSecret>>, SecretError> {
        let signs = self.destinations.iter().filter(|(_, it)| !it.signing.is_empty());
        signs
            .map(|(destination, it)| {
                let secrets = it.signing.iter();
                let secrets = secrets.map(|(name, place)| self.sign(destination, name, place));
                Ok((destination.clone(), secrets.collect::<Result<_, _>>()?))
            })
            .collect()
    }

    fn sign(
        &self,
        destination: &str,
        name: &str,
        place: &SecretSource,
    ) -> Result<SigningSecret, SecretError> {
        let (whose, called) = (destination.to_owned(), name.to_owned());
        let found = self.at(place, destination, name);
        let found = found.ok_or(SecretError::Nowhere { destination: whose, name: called })??;
        SigningSecret::parse(found.expose()).map_err(|source| SecretError::Signing {
            destination: destination.to_owned(),
            name: name.to_owned(),
            source,
        })
    }

    /// A setting, if it is set here: `JOURNEYD_DESTINATION_DESTINATION_NAME`, or the configuration.
    /// A value from the environment is a text, whatever the declaration says.
    pub fn setting(&self, destination: &str, name: &str) -> Option<toml::Value> {
        let variable = variable("DESTINATION", destination, name);
        if let Some(value) = self.environment.get(&variable) {
            return Some(toml::Value::String(value.expose().to_owned()));
        }
        self.destinations.get(destination)?.settings.get(name).cloned()
    }

    /// Variables that would mean two secrets at once, each with the secrets it would mean: names
    /// may hold the `_` that stands between them.
    pub fn ambiguous(&self, declared: &[(String, String)]) -> Vec<(String, Vec<(String, String)>)> {
        let mut by_variable: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (destination, name) in declared {
            let variable = variable("SECRET", destination, name);
            by_variable.entry(variable).or_default().push((destination.clone(), name.clone()));
        }
        by_variable
            .into_iter()
            .filter(|(variable, meant)| meant.len() > 1 && self.environment.contains_key(variable))
            .collect()
    }
}

/// The variable of the environment that a setting or a secret may stand in.
pub(crate) fn variable(kind: &str, destination: &str, name: &str) -> String {
    format!("JOURNEYD_{kind}_{}_{}", destination.to_uppercase(), name.to_uppercase())
}

fn file(path: &Path, destination: &str, name: &str) -> Result<Secret, SecretError> {
    read(path).map_err(|source| SecretError::File {
        destination: destination.to_owned(),
        name: name.to_owned(),
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> io::Result<Secret> {
    let text = std::fs::read_to_string(path)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(text.strip_suffix('\r').unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{DestinationConfig, SecretSource, Secrets};
    use crate::config::Config;

    fn secrets(config: &Config, environment: &[(&str, &str)]) -> Secrets {
        let environment: Vec<_> =
            environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Secrets::new(config, &environment)
    }

    #[test]
    fn a_secret_comes_from_its_variable_its_place_or_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("crm.token"), "from the folder\n").unwrap();
        std::fs::write(folder.path().join("elsewhere"), "from its file\r\n").unwrap();
        let mut config = Config::default();
        config.secrets.directory = folder.path().to_owned();
        let has = |config: &Config, environment: &[(&str, &str)]| {
            secrets(config, environment).secret("crm", "token").unwrap().expose().to_owned()
        };
        assert_eq!(has(&config, &[]), "from the folder");

        let place = SecretSource { file: folder.path().join("elsewhere"), env: String::new() };
        let crm = DestinationConfig {
            secrets: BTreeMap::from([("token".to_owned(), place)]),
            ..DestinationConfig::default()
        };
        config.destinations.insert("crm".to_owned(), crm);
        assert_eq!(has(&config, &[]), "from its file");
        assert_eq!(has(&config, &[("JOURNEYD_SECRET_CRM_TOKEN", "from it")]), "from it");
    }

    #[test]
    fn a_secret_that_is_nowhere_is_told_by_name() {
        let complaint = secrets(&Config::default(), &[]).secret("crm", "token").unwrap_err();
        assert_eq!(
            complaint.to_string(),
            "the secret `token` of the destination `crm` is set nowhere: set JOURNEYD_SECRET_CRM_TOKEN, or name its place in [destinations.crm.secrets]"
        );
    }

    #[test]
    fn a_variable_that_means_two_secrets_is_found() {
        let here = secrets(&Config::default(), &[("JOURNEYD_SECRET_CRM_API_KEY", "which?")]);
        let declared =
            [("crm".to_owned(), "api_key".to_owned()), ("crm_api".to_owned(), "key".to_owned())];
        let found = here.ambiguous(&declared);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, declared);
        assert!(here.ambiguous(&declared[..1]).is_empty());
    }
}
