//! Which version is spoken: the host lists what it speaks in `PLUGIN_PROTOCOL_VERSIONS`, the plugin chooses.

/// The version that a plugin of `ours` answers to `offered`, the value of `PLUGIN_PROTOCOL_VERSIONS`: the highest in both. Where
/// there is none, our lowest: the host then says what it wanted. The list is in no order; what is no number in it is skipped with
/// a log line. Nothing if `ours` is empty.
#[must_use]
pub fn negotiate(offered: Option<&str>, ours: impl IntoIterator<Item = u32>) -> Option<u32> {
    let theirs = parse(offered.unwrap_or_default());
    let mut lowest: Option<u32> = None;
    let mut common: Option<u32> = None;
    for version in ours {
        lowest = Some(lowest.map_or(version, |known| known.min(version)));
        if theirs.contains(&version) {
            common = Some(common.map_or(version, |known| known.max(version)));
        }
    }
    common.or(lowest)
}

/// The value of `PLUGIN_PROTOCOL_VERSIONS` for a host that speaks `versions`.
#[must_use]
pub fn list(versions: &[u32]) -> String {
    versions.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

fn parse(offered: &str) -> Vec<u32> {
    let mut versions = Vec::new();
    for item in offered.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        match item.parse() {
            Ok(version) => versions.push(version),
            Err(_) => tracing::warn!(item, "PLUGIN_PROTOCOL_VERSIONS holds something that is no version"),
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_wins_and_else_our_lowest() {
        let cases: &[(Option<&str>, &[u32], Option<u32>)] = &[
            (Some("5,6"), &[5, 6], Some(6)),
            (Some("6,5"), &[6, 5], Some(6)),
            (Some("5"), &[5, 6], Some(5)),
            (Some("6"), &[5], Some(5)),
            (Some("9"), &[6, 5], Some(5)),
            (Some(""), &[6, 5], Some(5)),
            (None, &[6, 5], Some(5)),
            (Some("x"), &[6, 5], Some(5)),
            (Some("x,,6,-1, 5 ,99999999999"), &[5, 6], Some(6)),
            (Some("5 6"), &[5, 6], Some(5)),
            (Some("5,6"), &[], None),
        ];
        for (offered, ours, expected) in cases {
            assert_eq!(negotiate(*offered, ours.iter().copied()), *expected, "{offered:?} {ours:?}");
        }
    }

    #[test]
    fn a_list_is_understood() {
        assert_eq!(parse(&list(&[6, 5])), [6, 5]);
    }
}
