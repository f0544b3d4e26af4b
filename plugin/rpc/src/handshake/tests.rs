//! Lines that are handshakes, and many more that are not.

use super::*;
use crate::identity::Identity;
use proptest::prelude::*;

fn unix(version: u32) -> Handshake {
    Handshake::new(version, Address::Unix("/tmp/plugin1".into()))
}

#[test]
fn lines_are_written_as_go_writes_them() {
    assert_eq!(unix(6).line(), "1|6|unix|/tmp/plugin1|grpc|");
    let mut muxed = unix(5);
    muxed.multiplex = Some(false);
    assert_eq!(muxed.line(), "1|5|unix|/tmp/plugin1|grpc||false");
    let tcp = Handshake::new(1, Address::Tcp(([127, 0, 0, 1], 10000).into()));
    assert_eq!(tcp.line(), "1|1|tcp|127.0.0.1:10000|grpc|");
}

#[test]
fn a_certificate_is_unpadded_and_comes_back() {
    let mut certificates = Vec::new();
    // Lengths differ by a byte or two with the signature's integers: some would be padded.
    for _ in 0..20 {
        let mut handshake = unix(6);
        handshake.certificate = Some(Identity::generate().expect("an identity").certificate().clone());
        let line = handshake.line();
        assert!(!line.contains('='), "{line}");
        assert_eq!(Handshake::parse(&line), Ok(handshake.clone()));
        certificates.push(handshake.certificate.map_or(0, |der| der.len() % 3));
    }
    assert!(certificates.iter().any(|rest| *rest != 0), "no certificate needed padding");
}

#[test]
fn what_go_hosts_take_is_taken() {
    let netrpc = Handshake { protocol: Protocol::NetRpc, ..unix(6) };
    let accepted = [
        ("1|6|unix|/tmp/plugin1|grpc|", unix(6)),
        ("1|6|unix|/tmp/plugin1|grpc|\r\n", unix(6)),
        ("  1|6|unix|/tmp/plugin1|grpc", unix(6)),
        ("1|6|unix|/tmp/plugin1|grpc|QUFB", unix(6)),
        ("1|6|unix|/tmp/plugin1|grpc|!!not a certificate, yet short!!", unix(6)),
        ("1|6|unix|/tmp/plugin1", netrpc.clone()),
        ("1|6|unix|/tmp/plugin1|netrpc|", netrpc),
        ("01|06|unix|/tmp/plugin1|grpc|", unix(6)),
        ("1|4294967295|unix|/tmp/plugin1|grpc|", unix(u32::MAX)),
        ("1|6|unix|/tmp/plugin1|grpc||true", Handshake { multiplex: Some(true), ..unix(6) }),
        ("1|6|unix|/tmp/plugin1|grpc||0|more|fields", Handshake { multiplex: Some(false), ..unix(6) }),
    ];
    for (line, expected) in accepted {
        assert_eq!(Handshake::parse(line), Ok(expected), "{line}");
    }
}

#[test]
fn everything_else_names_what_is_wrong() {
    let long = "A".repeat(60);
    let wide = format!("1|6|unix|/{}|grpc|", "x".repeat(HANDSHAKE_LINE_MAX_BYTES));
    let padded = format!("1|6|unix|/tmp/plugin1|grpc|{}==", "A".repeat(62));
    let no_certificate = format!("1|6|unix|/tmp/plugin1|grpc|{long}");
    let url_safe = format!("1|6|unix|/tmp/plugin1|grpc|{long}_-");
    let rejected: &[(&str, &str)] = &[
        ("", "FieldCount { found: 1 }"),
        ("\n", "FieldCount { found: 1 }"),
        ("hello world", "FieldCount { found: 1 }"),
        ("1|6|unix", "FieldCount { found: 3 }"),
        ("{\"@level\":\"info\"}", "FieldCount"),
        ("2|6|unix|/tmp/plugin1|grpc|", "Core { found: \"2\" }"),
        ("|6|unix|/tmp/plugin1|grpc|", "Core { found: \"\" }"),
        ("+1|6|unix|/tmp/plugin1|grpc|", "Core"),
        ("hello|6|unix|/tmp/plugin1|grpc|", "Core"),
        ("1||unix|/tmp/plugin1|grpc|", "Version { found: \"\" }"),
        ("1|six|unix|/tmp/plugin1|grpc|", "Version { found: \"six\" }"),
        ("1|-6|unix|/tmp/plugin1|grpc|", "Version"),
        ("1| 6|unix|/tmp/plugin1|grpc|", "Version"),
        ("1|4294967296|unix|/tmp/plugin1|grpc|", "Version"),
        ("1|6|pipe|/tmp/plugin1|grpc|", "Address(Network"),
        ("1|6|unix||grpc|", "Address(Path"),
        ("1|6|tcp|/tmp/plugin1|grpc|", "Address(Socket"),
        ("1|6|tcp|127.0.0.1:99999|grpc|", "Address(Socket"),
        ("1|6|unix|/tmp/plugin1||", "Protocol { found: \"\" }"),
        ("1|6|unix|/tmp/plugin1|GRPC|", "Protocol { found: \"GRPC\" }"),
        ("1|6|unix|/tmp/plugin1|http|", "Protocol"),
        (&padded, "Base64"),
        (&url_safe, "Base64"),
        (&no_certificate, "Certificate"),
        ("1|6|unix|/tmp/plugin1|grpc||", "Multiplex { found: \"\" }"),
        ("1|6|unix|/tmp/plugin1|grpc||maybe", "Multiplex"),
        (&wide, "TooLong"),
    ];
    for (line, expected) in rejected {
        let error = Handshake::parse(line).expect_err(line);
        assert!(format!("{error:?}").starts_with(expected), "{line}: {error:?}");
    }
}

proptest! {
    #[test]
    fn any_handshake_comes_back(version: u32, path in "/[a-zA-Z0-9 ._-]{0,80}[a-z]", multiplex: Option<bool>) {
        let handshake = Handshake { multiplex, ..Handshake::new(version, Address::Unix(path.into())) };
        prop_assert_eq!(Handshake::parse(&handshake.line()), Ok(handshake));
    }

    #[test]
    fn no_text_breaks_the_parser(line in "[0-9|a-z/:. ]{0,60}|\\PC{0,80}") {
        if let Ok(handshake) = Handshake::parse(&line) {
            prop_assert_eq!(Handshake::parse(&handshake.line()), Ok(handshake));
        }
    }
}
