//! The environment that a plugin is started in: the least that programs need, what was asked for, and what the protocol says.
//!
//! A host's environment is full of secrets, and a plugin is somebody else's program. Must never let a variable of the protocol
//! through that was meant for this process.

use std::ffi::{OsStr, OsString};

/// The variables that every plugin gets if this process has them: where programs, homes and temporary files are, how people
/// write, and what Windows cannot start a program without.
pub const KEPT: [&str; 19] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "TMP",
    "TEMP",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "APPDATA",
    "COMSPEC",
    "LOCALAPPDATA",
    "PATHEXT",
    "ProgramData",
    "SystemRoot",
    "USERNAME",
    "USERPROFILE",
];

/// What the protocol says to a plugin. If this process is a plugin itself, its own ones say nothing to its children.
pub(super) const PROTOCOL: [&str; 7] = [
    "PLUGIN_CLIENT_CERT",
    "PLUGIN_MAX_PORT",
    "PLUGIN_MIN_PORT",
    "PLUGIN_MULTIPLEX_GRPC",
    "PLUGIN_PROTOCOL_VERSIONS",
    "PLUGIN_UNIX_SOCKET_DIR",
    "PLUGIN_UNIX_SOCKET_GROUP",
];

/// How much of this process's environment a plugin gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Inheritance {
    /// [`KEPT`]
    #[default]
    Least,
    /// All of it.
    All,
}

/// The whole environment of a plugin, of this process's one, what was asked for, and what the protocol says; the latter win.
pub(super) fn compose(
    inheritance: Inheritance,
    ours: impl IntoIterator<Item = (OsString, OsString)>,
    asked: &[(OsString, OsString)],
    protocol: &[(OsString, OsString)],
) -> Vec<(OsString, OsString)> {
    let kept = |name: &OsStr| match inheritance {
        Inheritance::Least => KEPT.iter().any(|kept| name == *kept),
        Inheritance::All => !PROTOCOL.iter().any(|said| name == *said),
    };
    let inherited = ours.into_iter().filter(|(name, _)| kept(name));
    inherited.chain(asked.iter().cloned()).chain(protocol.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(OsString, OsString)> {
        let pair = |word: &str| word.split_once('=').map(|(name, value)| (name.into(), value.into()));
        text.split_whitespace().filter_map(pair).collect()
    }

    #[test]
    fn who_gets_what() {
        let ours = "PATH=/bin AWS_SECRET_ACCESS_KEY=x PLUGIN_CLIENT_CERT=y HOME=/h";
        let check = |inheritance, asked, expected| {
            let found = compose(inheritance, pairs(ours), &pairs(asked), &pairs("PLUGIN_MIN_PORT=1"));
            assert_eq!(found, pairs(expected), "{inheritance:?} {asked}");
        };
        check(Inheritance::Least, "", "PATH=/bin HOME=/h PLUGIN_MIN_PORT=1");
        check(Inheritance::Least, "A=b", "PATH=/bin HOME=/h A=b PLUGIN_MIN_PORT=1");
        check(Inheritance::All, "", "PATH=/bin AWS_SECRET_ACCESS_KEY=x HOME=/h PLUGIN_MIN_PORT=1");
        // Of a name that comes twice, the last one counts.
        check(
            Inheritance::Least,
            "PLUGIN_MIN_PORT=7",
            "PATH=/bin HOME=/h PLUGIN_MIN_PORT=7 PLUGIN_MIN_PORT=1",
        );
    }
}
