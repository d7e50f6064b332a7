use crate::support::{Server, journeyd, run};

#[test]
fn what_is_set_is_shown_with_where_it_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("journeyd.toml"),
        "[limits]\nhead_time = \"3s\"\nidle_time = \"4s\"\n\n[destinations.crm.secrets]\ntoken = { env = \"CRM_TOKEN\" }\n",
    )
    .unwrap();
    let said = run(journeyd()
        .current_dir(folder.path())
        .env("JOURNEYD_LIMITS_IDLE_TIME", "5s")
        .env("JOURNEYD_SECRET_CRM_KEY", "canary")
        .env("CRM_TOKEN", "canary")
        .args(["config", "show", "--origin", "--set", "log.level=debug"]));
    assert!(said.status.success(), "{}", said.err);
    for line in [
        "limits.head_time = \"3s\"  # journeyd.toml:2",
        "limits.idle_time = \"5s\"  # JOURNEYD_LIMITS_IDLE_TIME",
        "log.level = \"debug\"  # --set",
        "limits.body = \"1MiB\"  # default",
        "destinations.crm.secrets.token.env = \"CRM_TOKEN\"  # journeyd.toml:6",
    ] {
        assert!(said.out.lines().any(|it| it == line), "{line} is not in\n{}", said.out);
    }
    assert!(!said.out.contains("canary"));
}

#[test]
fn what_is_shown_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let show = || run(journeyd().current_dir(folder.path()).args(["config", "show"])).out;
    let shown = show();
    std::fs::write(folder.path().join("journeyd.toml"), &shown).unwrap();
    assert_eq!(show(), shown);
}

#[test]
fn what_is_wrong_is_told_at_once_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journeyd.toml"), "[limit]\nbody = 1\n").unwrap();
    let said = run(journeyd().current_dir(folder.path()).env("JOURNEYD_SERVER_LISTN", "x").args([
        "dev",
        "--set",
        "limits.body=much",
    ]));
    assert_eq!(said.status.code(), Some(2));
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!(
        lines,
        [
            "error: journeyd.toml:1: there is no `limit`; did you mean `limits`?",
            "error: environment: there is no `JOURNEYD_SERVER_LISTN`; did you mean `JOURNEYD_SERVER_LISTEN`?",
            "error: --set: `limits.body`: `much` is no size: write a number and a unit, such as 512B, 64KiB, 8MiB or 1GiB",
        ]
    );
}

#[test]
fn when_receivers_are_left_alone_has_to_make_sense() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("journeyd.toml"),
        "[delivery.breaker]\nfailures = 0\npause = \"10m\"\n\
         [destinations.crm.breaker]\nlongest = \"1s\"\n\
         [destinations.\"hooks.example.com\".breaker]\npause = \"0s\"\nlongest = \"3d\"\nfailures = 3\n",
    )
    .unwrap();
    let said = run(journeyd().current_dir(folder.path()).args(["config", "show"]));
    assert_eq!(said.status.code(), Some(2));
    for line in [
        "error: journeyd.toml:2: `delivery.breaker.failures`: a receiver is left alone after one failure at the earliest",
        "error: default: `delivery.breaker.longest`: `5m` is shorter than `pause`, which is `10m`",
        "error: journeyd.toml:5: `destinations.crm.breaker.longest`: `1s` is shorter than `pause`, which is `10m`",
        "error: journeyd.toml:7: `destinations.\"hooks.example.com\".breaker.pause`: a receiver is left alone for some time: 1s, say",
        "error: journeyd.toml:8: `destinations.\"hooks.example.com\".breaker.longest`: `3d` is longer than a day",
    ] {
        assert!(said.err.lines().any(|it| it == line), "{line} is not in\n{}", said.err);
    }
    std::fs::write(
        folder.path().join("journeyd.toml"),
        "[destinations.crm.breaker]\nfailurs = 3\n",
    )
    .unwrap();
    let said = run(journeyd().current_dir(folder.path()).args(["config", "show"]));
    assert!(said.err.contains("did you mean `destinations.*.breaker.failures`?"), "{}", said.err);
}

#[test]
fn every_key_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let shown = run(journeyd().current_dir(folder.path()).args(["config", "show"])).out;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let document = std::fs::read_to_string(path).unwrap();
    for line in shown.lines() {
        let (key, value) = line.split_once(" = ").unwrap();
        let row = format!("| `{key}` | `{}` |", value.replace('"', ""));
        let row = row.replace("| `` |", "| |");
        assert!(document.contains(&row), "docs/configuration.md has no row {row}");
    }
}

#[test]
fn a_name_for_mail_servers_that_is_none_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let start = ["dev", "--listen", "127.0.0.1:0", "--set", "delivery.mail_name=mail server"];
    let said = run(journeyd().current_dir(folder.path()).args(start));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("`mail server` is no host name"), "{}", said.err);
}

#[test]
fn the_address_is_told_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("address");
    let server = Server::start(folder, &["dev", "--address-file", file.to_str().unwrap()]);
    assert_eq!(server.greeting, format!("journeyd listens at http://{}\n", server.address));
    assert_eq!(std::fs::read_to_string(file).unwrap(), format!("{}\n", server.address));
}

#[test]
fn logs_are_json_if_wanted_and_name_no_customer() {
    let server = Server::dev(&["--set", "log.format=json", "--set", "log.level=debug"]);
    server.get("/api/v1/customers/someone@example.com");
    let log = server.log();
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let refused = lines.iter().find(|line| line["message"] == "refused").unwrap();
    assert_eq!((&refused["status"], &refused["span"]["method"]), (&404.into(), &"GET".into()));
    assert_eq!(refused["span"]["trace_id"].as_str().unwrap().len(), 32);
    assert!(!log.contains("someone"));
}
