//! Artifacts: what is written is read back, and nothing else is.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::sample::sample;
use journey_bytecode::codec::reseal;
use journey_bytecode::*;
use proptest::prelude::*;

#[test]
fn a_program_survives_writing_and_reading() {
    let program = sample();
    let artifact = encode(&program);
    assert_eq!(decode(&artifact), Ok(program));
}

#[test]
fn the_same_program_gives_the_same_bytes_and_id() {
    assert_eq!(encode(&sample()), encode(&sample()));
    let id = artifact_id(&encode(&sample()));
    let mut other = sample();
    other.journeys[0].title.push('!');
    assert_ne!(artifact_id(&encode(&other)), id);
}

#[test]
fn the_schema_fingerprint_looks_at_traits_and_events_only() {
    let mut other = sample();
    other.journeys.clear();
    assert_eq!(schema_fingerprint(&other), schema_fingerprint(&sample()));
    other.traits[1].name.push('!');
    assert_ne!(schema_fingerprint(&other), schema_fingerprint(&sample()));
}

#[test]
fn a_cut_or_lengthened_file_is_refused() {
    let artifact = encode(&sample());
    for len in 0..artifact.len() {
        assert!(decode(&artifact[..len]).is_err(), "cut to {len} bytes");
    }
    let longer = [artifact.as_slice(), &[0]].concat();
    assert_eq!(decode(&longer).unwrap_err().kind, DecodeErrorKind::TrailingBytes(1));
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let artifact = encode(&sample());
    for at in 0..artifact.len() * 8 {
        let mut damaged = artifact.clone();
        damaged[at / 8] ^= 1 << (at % 8);
        assert!(decode(&damaged).is_err(), "bit {at}");
    }
}

/// With the checksums set right again, as an attacker would, what is read is either refused or
/// written back to the very same bytes: there is no second way to say the same.
#[test]
fn a_forged_file_is_refused_or_read_exactly() {
    let artifact = encode(&sample());
    let mut read = 0;
    for at in 0..artifact.len() * 8 {
        let mut forged = artifact.clone();
        forged[at / 8] ^= 1 << (at % 8);
        reseal(&mut forged);
        if let Ok(program) = decode(&forged) {
            let version = 4..8;
            let mut written = encode(&program);
            written[version.clone()].copy_from_slice(&forged[version]);
            reseal(&mut written);
            assert_eq!(written, forged, "bit {at}");
            read += 1;
            // Whatever it says, checking it ends and does not panic.
            let _ = verify(program);
        }
    }
    assert!(read > 1_000, "{read}");
}

#[test]
fn another_kind_of_file_is_told_apart() {
    for bytes in [&b""[..], b"JBC", b"\x7fELF\x02\x01\x01", b"{\"ts\": 1}"] {
        assert_eq!(decode(bytes).unwrap_err().kind, DecodeErrorKind::NotAnArtifact);
    }
}

/// Adds a section behind all others, as a later version might.
fn with_section(flags: u16) -> Vec<u8> {
    with(900, flags, b"new")
}

fn with(id: u16, flags: u16, bytes: &[u8]) -> Vec<u8> {
    let mut artifact = encode(&sample());
    let count = u16::from_le_bytes([artifact[8], artifact[9]]);
    let end_of_table = 10 + usize::from(count) * 12;
    let mut row = Vec::new();
    row.extend_from_slice(&id.to_le_bytes());
    row.extend_from_slice(&flags.to_le_bytes());
    row.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    row.extend_from_slice(&[0; 4]);
    artifact.splice(end_of_table..end_of_table, row);
    artifact[8..10].copy_from_slice(&(count + 1).to_le_bytes());
    artifact.extend_from_slice(bytes);
    reseal(&mut artifact);
    artifact
}

#[test]
fn an_unknown_section_is_skipped_unless_it_is_required() {
    assert_eq!(decode(&with_section(0)), Ok(sample()));
    let error = decode(&with_section(1)).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::UnknownSection(900));
}

/// A program without versions has one encoding: that of before there were any.
#[test]
fn an_empty_section_of_versions_is_refused() {
    let error = decode(&with(90, 1, &[0; 4])).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::EmptySection("versions"));
    let mut program = sample();
    program.set_versions(|_| Version::current(1));
    assert_eq!(encode(&program), encode(&sample()));
    program.set_versions(|_| Version::current(2));
    assert_eq!(decode(&encode(&program)).unwrap(), program);
}

#[test]
fn a_file_for_a_later_reader_is_refused_by_name() {
    let mut artifact = encode(&sample());
    artifact[6] = 9;
    reseal(&mut artifact);
    let error = decode(&artifact).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooNew { needs: 9, reads: 1 });
    assert!(error.to_string().contains("version 9"), "{error}");
}

#[test]
fn deep_nesting_is_refused_before_it_is_followed() {
    let mut ty = Type::Text;
    for _ in 0..500 {
        ty = Type::List(Box::new(ty));
    }
    let mut program = sample();
    program.traits[0].ty = ty;
    let error = decode(&encode(&program)).unwrap_err();
    assert!(matches!(error.kind, DecodeErrorKind::TooDeep(_)), "{error}");
    assert_eq!(error.section, Some("schema"));
}

#[test]
fn a_count_that_lies_costs_nothing() {
    let mut artifact = encode(&Program::default());
    let body = artifact.len() - 8;
    // The last section is the empty list of journeys; say that there are four billion.
    artifact[body + 4..].copy_from_slice(&u32::MAX.to_le_bytes());
    reseal(&mut artifact);
    let error = decode(&artifact).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Count(u32::MAX));
}

fn constants() -> impl Strategy<Value = Const> {
    let leaf = prop_oneof![
        Just(Const::Unset),
        any::<bool>().prop_map(Const::Bool),
        any::<i64>().prop_map(Const::Int),
        (-1e300..1e300).prop_map(Const::Number),
        ".*".prop_map(Const::Text),
        any::<i64>().prop_map(Const::Time),
        any::<i32>().prop_map(Const::Date),
        any::<i32>().prop_map(Const::TimeOfDay),
        any::<u8>().prop_map(Const::Weekday),
        any::<i64>().prop_map(Const::Duration),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let many = prop::collection::vec(inner, 0..6);
        prop_oneof![many.clone().prop_map(Const::List), many.prop_map(Const::Record)]
    })
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::TimeOfDay),
        Just(Type::Weekday),
        prop::collection::vec(".*", 0..4).prop_map(Type::Enum),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let field = (".*", inner.clone(), any::<bool>(), prop::option::of(constants()));
        let field = field.prop_map(|(name, ty, optional, default)| FieldType {
            wire: name.clone(),
            name,
            ty,
            optional,
            default,
        });
        prop_oneof![
            inner.prop_map(|ty| Type::List(Box::new(ty))),
            prop::collection::vec(field, 0..6).prop_map(Type::Record),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: prop::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_type_and_constant_survives(ty in types(), value in constants(), at in 0..7usize) {
        let mut program = sample();
        program.traits[at].ty = ty;
        program.traits[at].default = Some(value.clone());
        program.consts.push(value);
        prop_assert_eq!(decode(&encode(&program)), Ok(program));
    }

    #[test]
    fn bytes_that_mean_nothing_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut artifact = encode(&sample());
        let place = artifact.len() / 2;
        artifact.splice(place..place + bytes.len().min(place), bytes);
        reseal(&mut artifact);
        if let Ok(program) = decode(&artifact) {
            let _ = verify(program);
        }
    }
}
