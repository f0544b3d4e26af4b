//! The codes of everything that `psp` can report: stable words, each with its cause and its remedy.
//!
//! `psp explain CODE` prints them. A code never changes its meaning; one that is no longer reported stays reserved.

pub use psp_format::codes::Code;

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
    KEY_READ "key-read" "A key cannot be read." "Check the path; `psp keygen -o PREFIX` makes a key pair.";
    KEY_INVALID "key-file" "A file is not the key that is needed, or is damaged." "Name a file that `psp keygen` made: PREFIX.key signs, PREFIX.pub verifies.";
    KEY_MISMATCH "key-mismatch" "A secret key and the public key that it is kept with are not a pair." "Put the right files together again; a package signed with this key could not be verified with that one.";
    KEY_EXISTS "key-exists" "A key of that name exists already; it is not overwritten, because it could not be had again." "Choose another name, or move the old key away.";
    PACKAGE_READ "package-read" "A package cannot be read." "Check the path and the permissions.";
    PACKAGE_CHANGED "package-changed" "The package was written to while it was verified." "Try again when nothing else writes to it.";
    SLOT_NONE "slot-none" "The package has no slot of that id." "Name one of the slots that `psp inspect` shows.";
    SIGNATURE_FILE "signature-file" "A file is not a detached signature, or cannot be read." "Name a file that `psp sign --detached` made.";
    SIGNATURE_FOREIGN "signature-foreign" "A detached signature is one of another package." "Get the signature that was made for this very package.";
    KEY_NOT_SIGNED "key-not-signed" "A key that must have signed the package has not." "`psp inspect` shows who signed; get the package from whom you expect it.";
    EXTRACT_EXISTS "extract-exists" "What would be extracted is there already; nothing is overwritten." "Name another directory with -o, or remove what is there.";
    EXTRACT_WRITE "extract-write" "A slot cannot be extracted there; nothing was left behind." "Check the permissions and the path, or name another directory with -o.";
    TRUST_RULE "trust-rule" "A line cannot stand in a trust file." "Patterns are globs of names, versions are like 1.2.3, labels and reasons are one line of text.";
    TRUST_WRITE "trust-write" "A trust file cannot be written; it is as it was." "Check the permissions; the administrator's file takes root.";
    TRUST_NONE "trust-none" "The trust file has no such key or rule." "`psp trust list` and `psp trust policy show` say what there is.";
    TRUST_AMBIGUOUS "trust-ambiguous" "Several keys have this label." "Name the key by its 64 digits.";
    PIN_CHANGED "pin-changed" "The package is signed by another key than the one that its name was pinned to." "Ask the publisher why the key changed; to accept it, `psp trust policy require-keys NAME 1 KEY`.";
    CODE_UNKNOWN "code-unknown" "There is no such code." "`psp explain` without a code lists them all.";
    INIT_EXISTS "init-exists" "A manifest is there already; it is not overwritten." "Name another directory, or edit the manifest.";
    INIT_NOT_EMPTY "init-not-empty" "The directory of the new provider has something in it; nothing was written." "Name another directory.";
    INIT_PROVIDER_NAME "init-provider-name" "A provider's name is up to 60 lower-case letters and digits, the first a letter." "Resources are called after it: NAME_thing.";
    INIT_NO_SDK "init-no-sdk" "The directory that --sdk names is no checkout of Foundry." "Name the directory that has sdk/provider in it.";
    INIT_WRITE "init-write" "The new project cannot be written; nothing is left of it." "Check the permissions and the disk of the directory.";
    KEY_COUNT "key-count" "A package has from one to eight signatures." "Name from one to eight keys.";
    KEY_TWICE "key-twice" "A key is named twice; a package carries one signature of a key." "Name each key once.";
    KEY_MAKE "key-make" "A key cannot be made or kept." "Set XDG_CONFIG_HOME to a directory of yours, or name a key with --key.";
    PYTHON "python-application" "A Python application cannot be staged." "Check the [python] table.";
    PYTHON_NOT_FOUND "python-not-found" "The interpreter that the python table names was not found." "Put it on PATH, or name the directory that it is installed in.";
    PYTHON_VERSION "python-version" "The interpreter is of another version than the python table asks for." "Name the version that is there, or put the other one first on PATH.";
    PYTHON_UNSUPPORTED "python-unsupported" "The interpreter cannot be packaged." "Use a CPython interpreter of version 3.8 or later.";
    PYTHON_FAILED "python-failed" "The interpreter failed while it was asked about itself." "Try whether it runs at all; it must be whole, with its standard library.";
    PYTHON_SPAWN "python-spawn" "A program that staging needs cannot be started." "Check that it exists and may be executed.";
    PYTHON_TIMEOUT "python-timeout" "The interpreter did not answer a question about itself in time; it was ended." "Try whether it runs at all, with its site's start-up code.";
    PYTHON_ASKS "python-asks" "An installer asked for something on the terminal, which a build does not answer; it was ended." "Give it what it asks for in advance: an agent for keys, a token, a configuration file.";
    PYTHON_STDLIB "python-stdlib" "A part of the standard library has no such name." "Write one of the names that the message lists.";
    PYTHON_START "python-start" "Both an entry and a module are named." "Write one of them.";
    PYTHON_START_SYNTAX "python-start-syntax" "What starts is not written as MODULE:FUNCTION or MODULE." "Write entry = \"package.module:function\" or module = \"package.module\".";
    PYTHON_NO_MODULE "python-no-module" "The module that starts is not installed." "Check its name, and that a requirement, wheel or project installs it.";
    PYTHON_NO_FUNCTION "python-no-function" "The module has no such function." "Check the name after the colon.";
    PYTHON_NOT_RUNNABLE "python-not-runnable" "The module is a package without a `__main__`." "Name a module in it, or a function.";
    PYTHON_REQUIREMENT "python-requirement" "A requirement is an option of the installer." "Write requirements only; other options go into PIP_ variables.";
    PYTHON_WHEEL_PATTERN "python-wheel-pattern" "A pattern for wheels is not a glob." "Write, for example, wheels = [\"dist/*.whl\"].";
    PYTHON_NO_WHEEL "python-no-wheel" "A pattern for wheels matches nothing." "Build the wheel first, or write project = \".\".";
    PYTHON_PROJECT "python-project" "A directory is not a Python project." "Name the directory that holds pyproject.toml or setup.py.";
    PYTHON_NO_INSTALLER "python-no-installer" "There is neither uv nor pip." "Install pip for the interpreter, or uv.";
    PYTHON_NO_UV "python-no-uv" "Uv is asked for and is not on PATH." "Install uv, or leave `installer` out.";
    PYTHON_INSTALL "python-install" "The installer could not install the application." "Read its lines; they say what it could not do.";
    PYTHON_SELF_CHECK "python-self-check" "The staged interpreter does not work on its own." "Use another build of the interpreter.";
    PYTHON_IO "python-io" "A file could not be read or written while the application was staged." "Check permissions and free space.";
    PYTHON_LINK "python-link" "A link in the installed application leads nowhere or out of it." "Install the package in another way, or replace the link by the file.";
    NATIVE_READ "native-read" "A native file cannot be read." "Check the permissions.";
    NATIVE_DEPTH "native-depth" "A tree is too deep to be looked through." "Leave a part out with `exclude`.";
    NATIVE_IO "native-io" "A native file could not be copied or changed." "Check permissions and free space.";
    NATIVE_DAMAGED "native-damaged" "A file begins as a native one and is damaged." "Build or install it again, or leave it out.";
    NATIVE_PATCH_UNSUPPORTED "native-patch-unsupported" "A native file is of a kind whose search path cannot be changed." "Link it with a relative search path ($ORIGIN).";
    NATIVE_PATCH_NO_ROOM "native-patch-no-room" "A native file has no room for a search path." "Link it with a relative search path ($ORIGIN).";
    NATIVE_WRONG_TARGET "native-wrong-target" "A native file is for another machine than the package." "Package files that were built for the target, or leave these out; --allow-nonportable goes on anyway.";
    NATIVE_GLIBC_TOO_NEW "native-glibc-too-new" "A native file needs a newer glibc than the package declares." "Build it on a system with an older glibc, or declare the newer one; --allow-nonportable goes on anyway.";
    NATIVE_TARGET "native-target" "A target is not one." "Write ARCH-OS or ARCH-OS-LIBC, for example x86_64-linux.";
    SOURCE_MORE "source-more" "A source has more problems than are shown." "Solve those that are shown, then build again.";
    SLOT_MEMORY "slot-memory" "A slot of lifecycle \"memory\" is not a single executable file." "Name one executable file as its source, or choose another lifecycle.";
    SLOT_TARGET "slot-target" "A command names a slot that this target does not have." "Add a slot of that id for the target, or build for another target.";
    PROGRAM_MISSING "program-missing" "A command or working directory names a path that is not in its slot." "Correct the path; it is relative to the slot's source.";
    PROGRAM_NOT_EXECUTABLE "program-not-executable" "A command's program is not an executable file." "Set its execute bit with `exec`, or name another file.";
    OUTPUT_INSIDE "output-inside" "The package would be written into a directory that it is made from." "Write it elsewhere with -o, or leave it out with `exclude`.";
    OUTPUT_INVALID "output-invalid" "The output path cannot become a file." "Name a file in a directory that exists, with -o.";
    OUTPUT_WRITE "output-write" "The package cannot be written." "Check the permissions and the disk of the output's directory.";
    DISK_FULL "disk-full" "The disk is full; nothing was left behind." "Make room, or write elsewhere with -o.";
    READ_BACK "read-back" "What was written is not what was meant to be written: a faulty disk or memory, or a fault of psp." "Build again; if it stays, write elsewhere with -o and check the machine.";
    SLOT_LIMIT "slot-limit" "A slot is larger than the format allows." "Split it into several slots.";
    STUB_INVALID "stub-invalid" "The stub is missing, unreadable or too large." "Name a stub for the target with --stub.";
    SOURCE_CHANGED "source-changed" "A file of a source changed while the package was built." "Build again when nothing else writes to the source.";
    INTERRUPTED "interrupted" "A signal ended the command before it was done; nothing was left behind." "Start it again.";
    TERRAFORM_SOURCE "terraform-source" "The source of a provider is no source address." "Write HOST/NAMESPACE/TYPE, for example \"registry.example.com/foundry/foundry\".";
    TERRAFORM_HANDSHAKE "terraform-handshake" "What is in the package does not answer as a Terraform provider does." "Start the program by hand with TF_PLUGIN_MAGIC_COOKIE set, and print nothing before the handshake.";
    TERRAFORM_PROTOCOL "terraform-protocol" "The provider speaks another version of the plugin protocol than the manifest claims." "Correct `protocols` in [terraform], or the provider.";
    TERRAFORM_PACKAGE "terraform-package" "The package cannot be used as a Terraform provider." "Build it from a manifest with a [terraform] table.";
    TERRAFORM_VERSION_EXISTS "terraform-version-exists" "A version of the provider is there already with other content; versions never change, as lock files hold their hashes." "Give the new one a version of its own.";
    TERRAFORM_INSTALL_FOREIGN "terraform-install-foreign" "There is something where the provider shall be installed that does not belong there; with it Terraform would compute another checksum." "Remove it, or name another directory.";
    TERRAFORM_KEY "terraform-key" "A version of the provider is signed by another key; all its archives are signed together." "Sign with the key that signed the version.";
    TERRAFORM_MIRROR_FOREIGN "terraform-mirror-foreign" "A document of the mirror was not written by psp, or was changed since; nothing was written." "Make the mirror in a directory of its own, or restore the file.";
    TERRAFORM_MIRROR_DAMAGED "terraform-mirror-damaged" "A file of the mirror is missing, cannot be read, or is not what its documents say." "Restore it from a copy.";
    TERRAFORM_RELEASE "terraform-release" "The packages are not those of one release." "Name the packages of one version, one for each platform.";
    SERVE_LISTEN "serve-listen" "The address cannot be listened on." "Name a free address of this machine with --listen; port 0 takes a free one.";
    SERVE_TLS "serve-tls" "The certificate or the key for TLS cannot be used." "Name a certificate chain and its key, both in PEM.";
    SERVE_DIRECTORY "serve-directory" "There is no directory to serve." "Name a directory that `psp mirror` made.";
    SOURCE_CASE "source-case" "Two names of a source differ only by case, and the target's file systems do not tell them apart." "Rename one of them, or leave it out with `exclude`.";
}

/// The code that is written so.
pub fn find(code: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|known| known.code == code)
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
