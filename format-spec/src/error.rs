//! What can be wrong with a package: one kind for each rule of SPEC.md.

use core::fmt;

use crate::codes;

/// Which part of a package an error is about (SPEC 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// The native executable at the start.
    Stub,
    /// The slot of this number: frame table, index and data.
    Slot(u16),
    /// The document of this number.
    Document(u16),
    /// The signed manifest.
    Manifest,
    /// The list of signatures.
    Signatures,
    /// The last 64 bytes.
    Trailer,
    /// The file as a whole.
    File,
    /// Not a part of the package: a trust file, a receipt, a detached signature.
    Beside,
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Region::Stub => f.write_str("stub"),
            Region::Slot(number) => write!(f, "slot {number}"),
            Region::Document(number) => write!(f, "document {number}"),
            Region::Manifest => f.write_str("manifest"),
            Region::Signatures => f.write_str("signatures"),
            Region::Trailer => f.write_str("trailer"),
            Region::File => f.write_str("file"),
            Region::Beside => f.write_str("input"),
        }
    }
}

/// A broken rule, where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Which rule.
    pub kind: ErrorKind,
    /// In which part of the package.
    pub region: Region,
    /// Bytes from the start of what was being read there: the region, or for an index the decoded index.
    pub offset: u64,
}

impl Error {
    /// An error of `kind` at `offset` of `region`.
    pub fn new(kind: ErrorKind, region: Region, offset: u64) -> Self {
        Error { kind, region, offset }
    }

    /// The stable code, as SPEC.md writes it.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, at offset {:#x})", self.kind.message(), self.region, self.offset)
    }
}

impl core::error::Error for Error {}

macro_rules! kinds {
    ($($variant:ident $code:literal $message:literal $remedy:literal;)*) => {
        /// The rules of SPEC.md, one kind each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorKind {
            $(#[doc = $message] $variant,)*
        }

        impl ErrorKind {
            /// All kinds, in SPEC.md's order.
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$variant,)*];

            /// The stable code, as SPEC.md writes it.
            pub fn code(self) -> &'static str {
                match self { $(ErrorKind::$variant => $code,)* }
            }

            /// What is wrong, in a few words.
            pub fn message(self) -> &'static str {
                match self { $(ErrorKind::$variant => $message,)* }
            }

            /// What a user can do about it.
            pub fn remedy(self) -> &'static str {
                match self { $(ErrorKind::$variant => $remedy,)* }
            }
        }

        /// The codes of this crate, for `psp explain`.
        pub(crate) const TABLE: &[codes::Code] = &[$(codes::Code { code: $code, cause: $message, remedy: $remedy },)*];
    };
}

kinds! {
    Text "text" "a text is not UTF-8 or holds control characters" "the package was damaged or made by a faulty builder; get it again";
    Value "value" "a field holds a value that this format does not have" "the package was damaged or made by a faulty builder; get it again";
    Reserved "reserved" "a reserved field is not zero" "the package was damaged or made by a faulty builder; get it again";
    Truncated "truncated" "a field overruns what encloses it" "the package was damaged or cut off; get it again";
    Trailing "trailing" "bytes are left over after the last field" "the package was damaged or added to; get it again";
    Limit "limit" "a count or size is above the format's limit" "the package was damaged or made to exhaust the reader; get it again";
    Layout "layout" "the regions do not add up to the file" "the package was cut off or added to; get it again";
    NotAPackage "not-a-package" "the file does not end in a package trailer" "the file is no .psp package, was cut off, or something was appended to it; get it again";
    NewerVersion "newer-version" "the package has a newer major format version than this reader" "get a newer psp, or ask the publisher for a package of format version 1";
    SignatureCount "signature-count" "a package has 1 to 8 signatures" "sign the package with `psp sign`, or get it again";
    FileSize "file-size" "the file does not have the size that its trailer states" "the file was cut off or added to; get it again";
    Root "root" "the manifest is not the one the trailer was written for" "the manifest was changed or damaged; get the package again";
    ManifestMagic "manifest-magic" "the manifest does not begin with its magic" "the package was damaged; get it again";
    VersionMismatch "version-mismatch" "trailer and manifest state different format versions" "the trailer was changed; get the package again";
    SectionOrder "section-order" "sections do not ascend by type" "the package was made by a faulty builder";
    SectionFlags "section-flags" "a section has the wrong critical flag" "the package was made by a faulty builder";
    UnknownSection "unknown-section" "a critical section is of a type this reader does not know" "get a newer psp";
    EmptySection "empty-section" "a section is present but empty" "the package was made by a faulty builder";
    SectionMissing "section-missing" "a required section is missing" "the package was made by a faulty builder";
    Name "name" "a name has characters that names do not have, or is too long" "names are [a-z0-9][a-z0-9._-]*";
    Version "version" "the version is not a semantic version" "versions are like 1.2.3 or 1.2.3-rc.1";
    Target "target" "the target is not ARCH-OS or ARCH-OS-LIBC" "targets are like x86_64-linux or x86_64-linux-gnu";
    PrimaryMissing "primary-missing" "the primary key has not signed" "sign the package with the key it was built for";
    StubDigest "stub-digest" "the stub is not the one that was signed" "the executable part was changed; get the package again";
    SlotDuplicate "slot-duplicate" "two slots have one id" "the package was made by a faulty builder";
    SlotUnknown "slot-unknown" "a slot is named that is not there" "the package was made by a faulty builder";
    Lifecycle "lifecycle" "a slot to be run from memory is not a single file" "the package was made by a faulty builder";
    Content "content" "a slot's counts and sizes contradict each other" "the package was damaged or made by a faulty builder; get it again";
    EntryOrder "entry-order" "entry points do not ascend by name" "the package was made by a faulty builder";
    EntryMissing "entry-missing" "there is no default entry point" "the package was made by a faulty builder";
    DocumentOrder "document-order" "documents do not ascend by name" "the package was made by a faulty builder";
    DocumentDigest "document-digest" "a document is not the one that was signed" "the document was changed or damaged; get the package again";
    InformationOrder "information-order" "information keys do not ascend" "the package was made by a faulty builder";
    CommandSlots "command-slots" "a command does not ask for the slots it needs" "the package was made by a faulty builder";
    Cwd "cwd" "a working directory is not a path within the package" "the package was made by a faulty builder";
    EnvName "env-name" "an environment variable's name is empty or holds `=` or NUL" "the package was made by a faulty builder";
    EnvOrder "env-order" "changes to the environment are out of order" "the package was made by a faulty builder";
    Template "template" "a template is not in canonical form" "the package was made by a faulty builder";
    Prepared "prepared" "a command uses {prepared} in a package without setup" "the package was made by a faulty builder";
    Program "program" "a command's program is not an executable file of the slot's index" "the package was made by a faulty builder";
    TableDigest "table-digest" "a frame table is not the one that was signed" "the slot was changed or damaged; get the package again";
    FrameDigest "frame-digest" "a frame is not the one that was signed" "the slot was changed or damaged; get the package again";
    FrameSize "frame-size" "a frame's sizes are impossible" "the package was made by a faulty builder";
    FrameDecode "frame-decode" "a frame does not decode to its size" "the package was made by a faulty builder";
    IndexOrder "index-order" "index entries do not ascend by path" "the package was made by a faulty builder";
    Hardlink "hardlink" "a hard link does not name an earlier file" "the package was made by a faulty builder, or to attack you";
    Path "path" "a path is absolute, climbs, is too long or not in canonical form" "the package was made by a faulty builder, or to attack you";
    Parent "parent" "an index entry's directory is not an entry before it" "the package was made by a faulty builder";
    Symlink "symlink" "a symbolic link's target leaves the slot or is not in canonical form" "the package was made by a faulty builder, or to attack you";
    CaseCollision "case-collision" "two names differ by case only" "rename one of them";
    FileDigest "file-digest" "a file's content is not what the index says" "the package was made by a faulty builder";
    Purpose "purpose" "a signature's purpose is not [a-z0-9-]*, padded with zeros" "the signature was damaged; sign again";
    SignatureOrder "signature-order" "signatures do not ascend by key" "the list of signatures was changed; get the package again";
    SignatureInvalid "signature-invalid" "a signature does not verify" "the manifest or the signature was changed; get the package again";
    KeyInvalid "key-invalid" "a public key is not a canonical point of large order" "the signature was made with a forged key; get the package again";
    TrustInvalid "trust-invalid" "a trust file is not of the form of SPEC 10" "correct the line, or write the file with `psp trust`";
    KeyRevoked "key-revoked" "the package's primary key is revoked here" "ask the publisher for a package signed with a current key";
    Untrusted "untrusted" "the keys that must have signed have not" "`psp inspect` shows who signed; `psp trust add` trusts a key";
    VersionTooOld "version-too-old" "the version is older than this machine accepts" "get a newer version of the package";
    SequenceTooOld "sequence-too-old" "the sequence number is lower than this machine accepts" "get a newer version of the package";
    Receipt "receipt" "a cache receipt is damaged" "nothing to do: the entry is checked anew";
}
