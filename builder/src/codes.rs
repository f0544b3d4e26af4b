//! The codes of everything that `psp` can report: stable words, each with its cause and its remedy.
//!
//! `psp explain CODE` prints them. A code never changes its meaning; one that is no longer reported stays reserved.

/// One code.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The word: lower-case, with hyphens.
    pub code: &'static str,
    /// What has happened.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Code {
    /// The remedy as a `help:` line says it: without a capital and a full stop.
    pub fn advice(&self) -> String {
        let mut letters = self.remedy.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }
}

macro_rules! codes {
    ($($name:ident $code:literal $cause:literal $remedy:literal;)*) => {
        $(#[doc = $cause] pub const $name: Code = Code { code: $code, cause: $cause, remedy: $remedy };)*
        /// All codes of the builder.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    MANIFEST_READ "manifest-read" "The manifest cannot be read." "Check the path; `psp init` writes a manifest to begin with.";
    MANIFEST_LIMIT "manifest-limit" "A part of the manifest is larger than the format allows." "Make it smaller; SPEC.md lists all limits.";
    MANIFEST_SYNTAX "manifest-syntax" "The manifest is not valid TOML." "Correct the place shown; https://toml.io explains the syntax.";
    MANIFEST_UNKNOWN_KEY "manifest-unknown-key" "The manifest holds a key that psp does not know." "Correct its spelling or remove it.";
    MANIFEST_MISSING_KEY "manifest-missing-key" "The manifest lacks a key that must be there." "Add it.";
    MANIFEST_TYPE "manifest-type" "A key has a value of the wrong type." "Write a value of the type that the message names.";
    MANIFEST_VALUE "manifest-value" "A key has a value that it cannot have." "Write one of the values that the message names.";
    MANIFEST_CONFLICT "manifest-conflict" "Two keys contradict each other." "Remove one of them.";
    MANIFEST_NAME "manifest-name" "A name holds characters that names cannot have." "Use a-z, 0-9, `.`, `_` and `-`.";
    MANIFEST_VERSION "manifest-version" "The version is not a semantic version." "Write MAJOR.MINOR.PATCH, for example \"1.2.3\" or \"1.2.3-rc.1\".";
    MANIFEST_TARGET "manifest-target" "A target is not one." "Write ARCH-OS or ARCH-OS-LIBC, for example \"x86_64-linux\".";
    MANIFEST_DUPLICATE_SLOT "manifest-duplicate-slot" "Two slots that can be in one package have the same id." "Give one of them another id.";
    MANIFEST_UNKNOWN_SLOT "manifest-unknown-slot" "A placeholder names a slot that the manifest does not have." "Add the slot, or correct the id.";
    MANIFEST_PLACEHOLDER "manifest-placeholder" "A placeholder is unknown, not closed, or not available here." "The placeholders are {slot:ID}, {package.name}, {package.version}, {state} and, with a [[setup]], {prepared}; write {{ and }} for braces.";
    MANIFEST_COMMAND "manifest-command" "A command's program is not in the package." "Begin it with {slot:ID} or {prepared}; or name a program of the host's in `host`.";
    MANIFEST_PATH "manifest-path" "A path inside a slot is not plain." "Write a placeholder, `/` and plain names: \"{slot:ID}/bin/program\".";
    SOURCE_MISSING "source-missing" "The source of a slot does not exist." "Correct `source`; it is relative to the manifest's directory.";
    SOURCE_READ "source-read" "The source of a slot cannot be read." "Check the permissions.";
    SOURCE_SPECIAL "source-special" "A source holds a socket, a named pipe or a device." "Leave it out with `exclude`.";
    SOURCE_SET_ID "source-set-id" "A source holds a file that is set-user-id or set-group-id; a package never carries such rights." "Remove the bits with `chmod a-s`, or leave the file out with `exclude`.";
    SOURCE_LINK "source-link" "A source holds a symbolic link that is absolute or leads out of it; it would not point to the same thing elsewhere." "Make it relative and keep it inside, follow links with symlinks = \"follow\", or leave it out with `exclude`.";
    SOURCE_FOLLOW "source-follow" "A symbolic link cannot be followed." "Leave it out with `exclude`, or keep links with symlinks = \"keep\".";
    SOURCE_LIMIT "source-limit" "A source has a path that is too long, or too many entries." "Shorten it, or leave something out with `exclude`.";
    SOURCE_CHANGED "source-changed" "A file of a source changed while the package was built." "Build again when nothing else writes to the source.";
    INTERRUPTED "interrupted" "A signal ended the command before it was done; nothing was left behind." "Start it again.";
    SOURCE_CASE "source-case" "Two names of a source differ only by case, and the target's file systems do not tell them apart." "Rename one of them, or leave it out with `exclude`.";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_are_kebab_case_and_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ALL {
            assert!(seen.insert(code.code), "{} is there twice", code.code);
            assert!(
                code.code
                    .split('-')
                    .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
            );
            assert!(code.cause.ends_with('.') && code.remedy.ends_with('.'), "{}", code.code);
        }
    }
}
