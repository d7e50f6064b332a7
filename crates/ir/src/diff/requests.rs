//! What became of the requests that actions send, and of what is set for them.

use journey_sema::Checked;
use journey_sema::thir::{Delivery, Expr, HttpRequest, Mail, Method, RequestKind};

use super::schema::field;
use crate::titles;

/// Settings and secrets of destinations, and the parts of each request, as names and what they say.
pub(super) fn lines(checked: &Checked) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for destination in &checked.schema.destinations {
        let name = &destination.name;
        let settings = destination.settings.iter();
        lines.extend(settings.map(|it| (format!("setting {name}.{}", it.name), field(it))));
        let secrets = destination.secrets.iter();
        lines.extend(secrets.map(|it| (format!("secret {name}.{it}"), "secret".to_owned())));
    }
    for request in &checked.requests {
        let parts = match &request.kind {
            RequestKind::Http(http) => self::http(http),
            RequestKind::Mail(mail) => self::mail(mail),
        };
        let action = &request.action;
        lines.extend(parts.into_iter().map(|(part, says)| (format!("{part} of {action}"), says)));
    }
    lines
}

fn http(request: &HttpRequest) -> Vec<(String, String)> {
    let url = format!("{} {}", method(request.method), says(&request.url));
    let mut parts = vec![("request".to_owned(), url)];
    let headers = request.headers.iter();
    parts.extend(headers.map(|(name, value)| (format!("header \"{name}\""), says(value))));
    parts.extend(request.body.iter().map(|body| ("body".to_owned(), says(body))));
    parts.push(delivery(request.delivery));
    parts
}

fn mail(mail: &Mail) -> Vec<(String, String)> {
    let parts = [
        ("from", Some(&mail.from)),
        ("to", Some(&mail.to)),
        ("reply_to", mail.reply_to.as_ref()),
        ("subject", Some(&mail.subject)),
        ("text", mail.text.as_ref()),
        ("html", mail.html.as_ref()),
    ];
    let parts = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), says(part?))));
    parts.chain([delivery(mail.delivery)]).collect()
}

pub(crate) fn delivery(delivery: Delivery) -> (String, String) {
    let Delivery { timeout, retry: (times, from, to), limit } = delivery;
    let [timeout, from, to] = [timeout, from, to].map(titles::duration);
    let mut says = format!("timeout {timeout}, retry {times} times from {from} to {to}");
    if let Some((count, per)) = limit {
        says += &format!(", limit {count} per {}", titles::duration(per));
    }
    ("delivery".to_owned(), says)
}

pub(crate) fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

fn says(expr: &Expr) -> String {
    titles::source(expr, &[])
}
