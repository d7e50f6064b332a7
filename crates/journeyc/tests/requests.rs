//! What leaves for a destination: requests, mails and lines, from source to what is on the wire.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use journey_bytecode::{Const, Slot, verify};
use journey_sema::{Config, Workspace};
use journey_vm::{Fault, Outside, ProgramSet, RenderError, Rendered, Scratch, Val, render};

const SOURCE: &str = r#"
destination api {
  setting base_url: text = "https://api.example.com"
  setting sender: text
  secret key
  action email(to: text @pii, template: text, total: number?, items: list<{ sku: text qty: int? }> = []) {
    post "{base_url}/v1/{template}?for={to}"
    header "Authorization": "Bearer {key}"
    header "X-Total": if total is set then text(total) else unset
    body { from: sender, to: to, data: { total: total, items: items } }
    timeout 3s
    limit 10 per 1s
  }
  action note(words: text) { put "{base_url}/notes" body words }
  action ping() { get "{base_url}/ping" }
}
destination hook {
  secret url
  action post_it(words: text) { post url body { text: words } }
}
destination post smtp {
  setting host: text = "smtp.example.com"
  setting port: int = 2525
  setting username: text = "shop"
  secret password
  action hello(to: text, name: text?) {
    from "Shop <shop@example.com>"
    to to
    subject "Hello {name ?? "friend"}"
    text "Hi."
    html if name is set then "<p>Hi {name}.</p>" else unset
  }
}
destination crm log {
  action note(who: text @pii, n: int)
}
"#;

/// Settings and secrets as a server would have them.
struct Server(Vec<(&'static str, Const)>, Vec<(&'static str, &'static str)>);

impl Outside for Server {
    fn setting(&self, destination: &str, setting: &Slot) -> Option<Const> {
        let full = format!("{destination}.{}", setting.name);
        self.0.iter().find(|(name, _)| *name == full).map(|(_, value)| value.clone())
    }

    fn secret(&self, destination: &str, name: &str) -> Option<String> {
        let full = format!("{destination}.{name}");
        self.1.iter().find(|(name, _)| *name == full).map(|(_, value)| (*value).to_owned())
    }
}

fn server() -> Server {
    Server(
        vec![("api.sender", Const::Text("shop".to_owned()))],
        vec![
            ("api.key", "s3cret"),
            ("hook.url", "https://hooks.example.com/T0/B1"),
            ("post.password", "pw"),
        ],
    )
}

fn rendered(
    source: &str,
    action: &str,
    args: &[(u16, Val<'_>)],
    outside: &dyn Outside,
) -> Result<Rendered, RenderError> {
    let files = vec![("main.journey".to_owned(), source.to_owned())];
    let workspace = Workspace::new(Config::default(), files);
    let checked = workspace.checked().unwrap_or_else(|| panic!("{:#?}", workspace.diagnostics()));
    let program = journey_ir::lower(&checked).unwrap();
    // What is written and read back is the same program.
    let program = journey_bytecode::decode(&journey_bytecode::encode(&program)).unwrap();
    let set = ProgramSet::new(verify(program).unwrap());
    let number = set.program().actions.iter().position(|it| it.name == action).unwrap();
    render(&set, u16::try_from(number).unwrap(), args, outside, &Scratch::new())
}

fn http(rendered: Result<Rendered, RenderError>) -> (String, Vec<String>, Option<String>) {
    match rendered.unwrap() {
        Rendered::Http(it) => {
            let headers = it.headers.iter().map(|(name, value)| format!("{name}: {value}"));
            (format!("{} {}", it.method.name(), it.url), headers.collect(), it.body)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_is_made_of_arguments_settings_and_secrets() {
    let item = [Val::Text("a\"b"), Val::Unset];
    let items = [Val::Record(&item), Val::Record(&[Val::Text("c"), Val::Int(2)])];
    let args = [
        (0, Val::Text("ada+x@example.com")),
        (1, Val::Text("cart/1")),
        (2, Val::Number(80.5)),
        (3, Val::List(&items)),
    ];
    let (line, headers, body) = http(rendered(SOURCE, "api.email", &args, &server()));
    assert_eq!(line, "POST https://api.example.com/v1/cart%2F1?for=ada%2Bx%40example.com");
    assert_eq!(
        headers,
        ["Authorization: Bearer s3cret", "X-Total: 80.5", "Content-Type: application/json"]
    );
    assert_eq!(
        body.as_deref(),
        Some(
            r#"{"from":"shop","to":"ada+x@example.com","data":{"total":80.5,"items":[{"sku":"a\"b"},{"sku":"c","qty":2}]}}"#
        )
    );
}

#[test]
fn what_is_unset_is_left_out() {
    let args = [(0, Val::Text("a")), (1, Val::Text("b")), (3, Val::List(&[]))];
    let (_, headers, body) = http(rendered(SOURCE, "api.email", &args, &server()));
    assert_eq!(headers, ["Authorization: Bearer s3cret", "Content-Type: application/json"]);
    assert_eq!(body.as_deref(), Some(r#"{"from":"shop","to":"a","data":{"items":[]}}"#));
}

#[test]
fn a_text_is_sent_as_it_is() {
    let (line, headers, body) =
        http(rendered(SOURCE, "api.note", &[(0, Val::Text("a\nb"))], &server()));
    assert_eq!(line, "PUT https://api.example.com/notes");
    assert_eq!(headers, ["Content-Type: text/plain; charset=utf-8"]);
    assert_eq!(body.as_deref(), Some("a\nb"));
    let (line, headers, body) = http(rendered(SOURCE, "api.ping", &[], &server()));
    assert_eq!((line.as_str(), headers.len(), body), ("GET https://api.example.com/ping", 0, None));
}

#[test]
fn a_setting_from_outside_takes_the_place_of_the_default() {
    let mut server = server();
    server.0.push(("api.base_url", Const::Text("http://localhost:8080".to_owned())));
    let (line, ..) = http(rendered(SOURCE, "api.ping", &[], &server));
    assert_eq!(line, "GET http://localhost:8080/ping");
    server.0.clear();
    server.0.push(("api.base_url", Const::Int(3)));
    let wrong = rendered(SOURCE, "api.ping", &[], &server).unwrap_err();
    assert_eq!(wrong.to_string(), "the setting `api.base_url` is of another type");
    let missing = rendered(SOURCE, "api.ping", &[], &()).unwrap_err();
    assert_eq!(missing.to_string(), "the setting `api.sender` is not set");
}

#[test]
fn a_secret_can_be_the_whole_url_and_must_be_one() {
    let args = [(0, Val::Text("hi"))];
    let (line, ..) = http(rendered(SOURCE, "hook.post_it", &args, &server()));
    assert_eq!(line, "POST https://hooks.example.com/T0/B1");
    let mut other = server();
    other.1 = vec![("hook.url", "file:///etc/passwd")];
    assert_eq!(rendered(SOURCE, "hook.post_it", &args, &other), Err(RenderError::Url));
    other.1.clear();
    let missing = rendered(SOURCE, "hook.post_it", &args, &other).unwrap_err();
    assert_eq!(missing.to_string(), "the secret `hook.url` is not known");
}

#[test]
fn a_header_cannot_be_broken_open() {
    let source = r#"
        destination api {
          action a(x: text) { get "https://example.com" header "X-A": " {x}" }
        }"#;
    let args = [(0, Val::Text("a\r\nX-Evil: 1"))];
    let (_, headers, _) = http(rendered(source, "api.a", &args, &()));
    assert_eq!(headers, ["X-A: a  X-Evil: 1"]);
}

#[test]
fn a_mail_knows_where_it_is_handed_in() {
    let args = [(0, Val::Text("ada@example.com\r\nBcc: eve@example.com"))];
    let Rendered::Mail(mail) = rendered(SOURCE, "post.hello", &args, &server()).unwrap() else {
        panic!("no mail")
    };
    assert_eq!((mail.server.host.as_str(), mail.server.port), ("smtp.example.com", 2525));
    assert_eq!(mail.server.tls, "starttls");
    assert_eq!(mail.server.login, Some(("shop".to_owned(), "pw".to_owned())));
    assert_eq!(mail.to, "ada@example.com  Bcc: eve@example.com");
    assert_eq!(mail.subject, "Hello friend");
    assert_eq!((mail.text.as_deref(), mail.html), (Some("Hi."), None));
}

#[test]
fn a_log_shows_no_personal_data() {
    let args = [(0, Val::Text("ada@example.com")), (1, Val::Int(3))];
    let line = rendered(SOURCE, "crm.note", &args, &()).unwrap();
    let wanted = r#"{"action":"crm.note","destination":"crm","args":{"who":"[pii]","n":3}}"#;
    assert_eq!(line, Rendered::Line(wanted.to_owned()));
}

#[test]
fn what_cannot_be_computed_is_an_error_not_a_request() {
    let source = r#"
        destination api {
          action a(x: int) { get "https://example.com/{1 % x}" }
        }"#;
    let args = [(0, Val::Int(0))];
    let fault = rendered(source, "api.a", &args, &());
    assert_eq!(fault, Err(RenderError::Fault(Fault::DivisionByZero)));
}
