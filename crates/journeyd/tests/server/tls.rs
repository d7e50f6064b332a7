use std::io::{Read, Write};
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Answer, Server, head};

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/localhost.crt");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/localhost.key");

fn serving() -> Server {
    let certificate = format!("server.tls.certificate={CERTIFICATE}");
    let key = format!("server.tls.key={KEY}");
    Server::dev(&["--set", &certificate, "--set", &key, "--set", "limits.head_time=2s"])
}

fn client(
    server: &Server,
    protocols: &[&[u8]],
) -> StreamOwned<ClientConnection, std::net::TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(CERTIFICATE).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), server.connect())
}

#[test]
fn requests_come_in_over_tls() {
    let server = serving();
    assert!(server.greeting.starts_with("journeyd listens at https://"), "{}", server.greeting);
    let mut stream = client(&server, &[b"http/1.1"]);
    stream.write_all(head("GET", "/livez", &[], 0).as_bytes()).unwrap();
    assert_eq!(Answer::read(&mut stream).text(), "live\n");
}

#[test]
fn http2_is_spoken_where_it_is_asked_for() {
    let server = serving();
    let mut stream = client(&server, &[b"h2"]);
    // The preface and empty settings; then the server's own settings come.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(b"h2".as_slice()));
    assert_eq!(frame[3], 4, "a frame of settings: {frame:?}");
}

#[test]
fn who_does_not_shake_hands_is_not_waited_for() {
    let server = serving();
    let mut rest = Vec::new();
    let _ = server.connect().read_to_end(&mut rest);
    assert_eq!(rest, b"");
    let mut plain = server.connect();
    plain.write_all(head("GET", "/livez", &[], 0).as_bytes()).unwrap();
    let _ = plain.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP"));
}

#[test]
fn half_of_tls_does_not_start() {
    let said = crate::support::run(crate::support::journeyd().args([
        "dev",
        "--set",
        &format!("server.tls.key={KEY}"),
    ]));
    assert_eq!(said.status.code(), Some(2));
    assert!(said.err.contains("server.tls.certificate"), "{}", said.err);
}
