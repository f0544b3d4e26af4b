//! The launcher's error codes, beside those of the format: what a start can fail with, and what `psp run` and `psp cache` say
//! of the same. Known here so that `psp explain` knows them without being linked with the launcher.

use super::Code;

macro_rules! codes {
    ($($name:ident $code:literal $cause:literal $remedy:literal;)*) => {
        $(#[doc = $cause] pub const $name: &Code = &Code { code: $code, cause: $cause, remedy: $remedy };)*

        /// All codes of the launcher.
        pub const CODES: &[&Code] = &[$($name,)*];
    };
}

codes! {
    RAISED_PRIVILEGES "raised-privileges" "the package was started with raised privileges (setuid, setgid or capabilities)" "start it as an ordinary program; a package never runs with raised privileges";
    PACKAGE_UNREADABLE "package-unreadable" "the package cannot read itself" "make the file readable for whoever starts it: chmod a+r";
    WRONG_TARGET "wrong-target" "the package is for another kind of machine" "get the package for this machine's target";
    VERIFY_UNKNOWN "verify-unknown" "PSP_VERIFY has a value that is not known" "set PSP_VERIFY to stat or full, or unset it";
    ENTRY_UNKNOWN "entry-unknown" "the package has no entry point of the name in PSP_ENTRY" "unset PSP_ENTRY, or set it to one of the package's entry points; `psp inspect` lists them";
    TRUST_UNSAFE "trust-unsafe" "a trust file cannot be read, or others could write it" "give it back to its owner: chown, and chmod go-w";
    CACHE_UNSAFE "cache-unsafe" "a cache directory belongs to somebody else, or others could write it" "remove it, or set PSP_CACHE_DIR to a directory that only you can write";
    CACHE_UNWRITABLE "cache-unwritable" "the package is not in the cache, and the cache cannot be written" "set PSP_CACHE_DIR to a directory that you can write";
    CACHE_FULL "cache-full" "there is no room to extract the package" "make room, or set PSP_CACHE_DIR to another file system; nothing was left behind";
    CACHE_DAMAGED "cache-damaged" "a cached file was changed, and the cache cannot be repaired" "make the cache writable, or set PSP_CACHE_DIR to another one";
    CACHE_NOEXEC "cache-noexec" "programs may not be started from the file system of the cache" "set PSP_CACHE_DIR to a directory on a file system without noexec";
    CACHE_PATH "cache-path" "the path of the cache is not absolute or too long" "set PSP_CACHE_DIR to a short absolute path";
    CACHE_FAILED "cache-failed" "the cache could not be read or written" "look after the file system, or set PSP_CACHE_DIR to another one";
    STATE_UNAVAILABLE "state-unavailable" "the package's state directory cannot be made" "set HOME or XDG_STATE_HOME to a directory that you can write";
    HOST_COMMAND_MISSING "host-command-missing" "the package starts a program of the host, and it is not installed" "install it, or put it on PATH";
    SETUP_FAILED "setup-failed" "a setup command of the package failed" "see what it printed; the next start tries again";
    START_FAILED "start-failed" "the system refused to start the program" "look at the reason the system gives; `psp inspect` shows target and needed libraries";
    DIRECTORY_MISSING "directory-missing" "the working directory that the package asks for is not there" "tell the publisher: the package's cwd names no directory";
    MEMORY_FAILED "memory-failed" "the system gave no memory" "free some memory, or raise the limit";
    WORKER_FAILED "worker-failed" "a worker process of the extraction was ended" "start again; if it happens again, look for a memory limit";
    INTERNAL "internal" "the launcher broke one of its own rules" "report this, with the package's name and version";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn codes_do_not_collide_with_each_other_or_the_formats() {
        for (number, code) in CODES.iter().enumerate() {
            assert!(CODES[..number].iter().all(|other| other.code != code.code), "{}", code.code);
            assert!(codes::CODES.iter().all(|other| other.code != code.code), "{}", code.code);
        }
    }
}
