//! "Did you mean": the known word that is closest to an unknown one.

/// The candidate that `word` was probably meant to be, if one is close enough.
pub(crate) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= allowed || is_variant(word, candidate))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate.to_owned())
}

/// The same word but for case, `-` against `_`, or a plural's `s`.
fn is_variant(word: &str, candidate: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('_', "-").trim_end_matches('s').to_owned();
    plain(word) == plain(candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn suggests_only_what_is_close() {
        let check = |word, expected: Option<&str>| {
            let found = closest(word, ["command", "cwd", "env", "host", "bundle-libs"]);
            assert_eq!(found.as_deref(), expected, "{word}");
        };
        check("comand", Some("command"));
        check("commands", Some("command"));
        check("Command", Some("command"));
        check("bundle_libs", Some("bundle-libs"));
        check("hots", Some("host"));
        check("envs", Some("env"));
        check("working-directory", None);
        check("x", None);
        check("", None);
    }
}
