//! What destinations are given from outside: settings and secrets.

use journey_bytecode::{Const, Program, Slot, Type};
use journey_vm::Outside;

use crate::config::{Secrets, variable};

/// What destinations are given by the configuration and the environment.
pub struct Given(pub Secrets);

impl Given {
    /// What is missing or unclear, so that messages which need it will fail. It names what, and never a value.
    pub fn gaps(&self, program: &Program) -> Vec<String> {
        let mut gaps = Vec::new();
        let mut secrets = Vec::new();
        for destination in &program.destinations {
            let name = &destination.name;
            let needed = |slot: &&Slot| !slot.optional && slot.default.is_none();
            let missing = destination.settings.iter().filter(needed);
            gaps.extend(missing.filter_map(|slot| self.gap(name, slot)));
            for secret in &destination.secrets {
                gaps.extend(self.0.secret(name, secret).err().map(|error| error.to_string()));
                secrets.push((name.clone(), secret.clone()));
            }
        }
        for (variable, meant) in self.0.ambiguous(&secrets) {
            let meant: Vec<String> =
                meant.iter().map(|(it, name)| format!("`{it}.{name}`")).collect();
            gaps.push(format!("{variable} would be several secrets at once: {}", meant.join(", ")));
        }
        gaps
    }

    fn gap(&self, destination: &str, slot: &Slot) -> Option<String> {
        let name = &slot.name;
        let what = match self.0.setting(destination, name) {
            Some(value) if constant(&value, &slot.ty).is_some() => return None,
            Some(_) => "has a value of another type than is declared",
            None => "is set nowhere",
        };
        let variable = variable("DESTINATION", destination, name);
        Some(format!(
            "the setting `{name}` of the destination `{destination}` {what}: set {variable}, or \
             `{name}` in [destinations.{destination}.settings]"
        ))
    }
}

impl Outside for Given {
    fn setting(&self, destination: &str, setting: &Slot) -> Option<Const> {
        constant(&self.0.setting(destination, &setting.name)?, &setting.ty)
    }

    fn secret(&self, destination: &str, name: &str) -> Option<String> {
        match self.0.secret(destination, name) {
            Ok(secret) => Some(secret.expose().to_owned()),
            Err(error) => {
                tracing::error!(%error, "a message cannot be made");
                None
            }
        }
    }
}

/// A value of the configuration as one of the language. What does not fit is unset, which the message that
/// needs it says.
fn constant(value: &toml::Value, ty: &Type) -> Option<Const> {
    Some(match (value, ty) {
        (toml::Value::String(text), Type::Text | Type::Enum(_)) => Const::Text(text.clone()),
        (toml::Value::String(text), Type::Int) => Const::Int(text.parse().ok()?),
        (toml::Value::String(text), Type::Number) => Const::Number(text.parse().ok()?),
        (toml::Value::String(text), Type::Bool) => Const::Bool(text.parse().ok()?),
        (toml::Value::Integer(value), Type::Int) => Const::Int(*value),
        (toml::Value::Integer(value), Type::Number) => Const::Number(*value as f64),
        (toml::Value::Float(value), Type::Number) => Const::Number(*value),
        (toml::Value::Boolean(value), Type::Bool) => Const::Bool(*value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use journey_bytecode::{Destination, DestinationKind, Program, Slot, Type};

    use super::Given;
    use crate::config::{Config, Secrets};

    fn program() -> Program {
        let setting = |name: &str| Slot {
            name: name.to_owned(),
            wire: name.to_owned(),
            ty: Type::Int,
            optional: false,
            default: None,
            pii: false,
        };
        let destination = |name: &str, secret: &str| Destination {
            name: name.to_owned(),
            kind: DestinationKind::Http,
            settings: vec![setting("port")],
            secrets: vec![secret.to_owned()],
        };
        let destinations = vec![destination("crm", "a_b"), destination("crm_a", "b")];
        Program { destinations, ..Program::default() }
    }

    fn gaps(environment: &[(&str, &str)]) -> Vec<String> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment: Vec<_> = environment.iter().map(own).collect();
        Given(Secrets::new(&Config::default(), &environment)).gaps(&program())
    }

    #[test]
    fn what_messages_will_fail_for_is_known_at_the_start() {
        let none = gaps(&[]).join("\n");
        for told in [
            "setting `port` of the destination `crm` is set nowhere: set JOURNEYD_DESTINATION_CRM_PORT",
            "secret `a_b` of the destination `crm` is set nowhere: set JOURNEYD_SECRET_CRM_A_B",
        ] {
            assert!(none.contains(told), "{none}");
        }
        let port = ("JOURNEYD_DESTINATION_CRM_PORT", "80");
        let odd = ("JOURNEYD_DESTINATION_CRM_A_PORT", "s3cret");
        let some = gaps(&[port, odd, ("JOURNEYD_SECRET_CRM_A_B", "s3cret")]);
        assert_eq!(some.len(), 2, "{some:?}");
        assert!(some[0].contains("`crm_a` has a value of another type"), "{some:?}");
        assert!(some[1].contains("several secrets at once: `crm.a_b`, `crm_a.b`"), "{some:?}");
        assert!(!some.join("").contains("s3cret"), "values are not shown");
    }
}
