use std::path::PathBuf;

use super::{Origin, Sources, load};
use crate::config::{Length, SecretSource};

fn file(text: &str) -> Sources {
    Sources { file: Some((PathBuf::from("journeyd.toml"), text.to_owned())), ..Sources::default() }
}

fn complaints(sources: &Sources) -> Vec<String> {
    load(sources).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn later_sources_win_and_each_value_knows_where_it_came_from() {
    let mut sources = file("[limits]\nhead_time = \"5s\"\nidle_time = \"20s\"\nrequests = 7\n");
    sources.environment = vec![
        ("JOURNEYD_LIMITS_IDLE_TIME".into(), "30s".into()),
        ("JOURNEYD_LIMITS_REQUESTS".into(), "8".into()),
        ("JOURNEYD_SERVER_ALLOWED_ORIGINS".into(), "https://a.example, https://b.example".into()),
        ("PATH".into(), "/bin".into()),
    ];
    sources.flags = vec![("limits.requests".into(), "9".into(), "--set".into())];
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.limits.head_time, Length::seconds(5));
    assert_eq!(loaded.config.limits.idle_time, Length::seconds(30));
    assert_eq!(loaded.config.limits.requests, 9);
    assert_eq!(loaded.config.server.allowed_origins, ["https://a.example", "https://b.example"]);
    let shown: Vec<String> = loaded
        .entries()
        .into_iter()
        .filter(|(key, ..)| key.starts_with("limits.") && !key.contains("body"))
        .filter(|(_, _, origin)| *origin != Origin::Default)
        .map(|(key, value, origin)| format!("{key} = {value} # {origin}"))
        .collect();
    assert_eq!(
        shown,
        [
            "limits.head_time = \"5s\" # journeyd.toml:2",
            "limits.idle_time = \"30s\" # JOURNEYD_LIMITS_IDLE_TIME",
            "limits.requests = 9 # --set",
        ]
    );
}

#[test]
fn a_key_that_does_not_exist_is_an_error_that_says_the_nearest() {
    let mut sources = file("[limits]\nhaed_time = \"5s\"\n\n[server]\nrequests = 3\n");
    sources.environment = vec![("JOURNEYD_LOG_LEVLE".into(), "debug".into())];
    assert_eq!(
        complaints(&sources),
        [
            "journeyd.toml:2: there is no `limits.haed_time`; did you mean `limits.head_time`?",
            "journeyd.toml:5: there is no `server.requests`; did you mean `limits.requests`?",
            "environment: there is no `JOURNEYD_LOG_LEVLE`; did you mean `JOURNEYD_LOG_LEVEL`?",
        ]
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_its_place() {
    assert_eq!(
        complaints(&file("[limits]\nhead_time = \"soon\"\n")),
        [
            "journeyd.toml:2: `limits.head_time`: `soon` is no length of time: write a number and a unit, such as 500ms, 10s, 5m, 2h or 1d"
        ]
    );
    let mut sources = file("");
    sources.environment = vec![("JOURNEYD_SERVER_PLAIN_TEXT".into(), "yes".into())];
    assert_eq!(
        complaints(&sources),
        ["JOURNEYD_SERVER_PLAIN_TEXT: `server.plain_text`: `yes` is not true or false"]
    );
    assert_eq!(
        complaints(&file("server = 1\n")),
        ["journeyd.toml:1: `server`: this is a section: set its keys"]
    );
    assert!(complaints(&file("[server\n")).concat().starts_with("journeyd.toml:1: "));
}

#[test]
fn destinations_are_named_by_people_and_their_secrets_stand_elsewhere() {
    let loaded = load(&file(
        "[destinations.crm.settings]\nbase_url = \"https://crm.example\"\nport = 25\n\
         [destinations.crm.secrets]\ntoken = { file = \"/run/secrets/crm\" }\n",
    ))
    .unwrap();
    let crm = &loaded.config.destinations["crm"];
    assert_eq!(crm.settings["port"].as_integer(), Some(25));
    assert_eq!(
        crm.secrets["token"],
        SecretSource { file: "/run/secrets/crm".into(), env: String::new() }
    );

    let complaint = complaints(&file("[destinations.crm.secrets]\ntoken = \"canary\"\n"));
    assert_eq!(
        complaint,
        [
            "journeyd.toml:2: `destinations.crm.secrets.token`: a secret does not stand in the configuration: name the file or the variable it is in, as in { file = \"/run/secrets/token\" }"
        ]
    );
    let hosts = "[destinations.\"api.example\".signing]\nnow = { env = \"A\" }\n";
    let loaded = load(&file(hosts)).unwrap();
    assert_eq!(loaded.config.destinations["api.example"].signing["now"].env, "A");
    let shown = loaded.entries().into_iter().find(|(key, ..)| key.contains("api"));
    let (key, value, origin) = shown.unwrap();
    assert_eq!(
        format!("{key} = {value} # {origin}"),
        "destinations.\"api.example\".signing.now.env = \"A\" # journeyd.toml:2"
    );
    let complaint = complaints(&file("[destinations.crm.signing]\nnow = \"canary\"\n"));
    assert!(complaint[0].contains("a secret does not stand in the configuration"), "{complaint:?}");
    assert_eq!(
        complaints(&file("[destinations.crm]\nseting = 1\n")).len(),
        1,
        "what a destination takes is checked"
    );
}
