//! Domain, action, status: what an event is about in three words from fixed tables.
//!
//! [`das!`](crate::das!) takes the words as names, so an unknown word does not compile. Machines get the plain
//! fields `domain`, `action`, `status`; people on a terminal get one mark per word, always in this order. Every
//! mark is one character that terminals agree to be two columns wide.

use tracing::Level;

/// One slot's table: the enum, its words and marks.
macro_rules! table {
    ($(#[$doc:meta])* $slot:ident { $($name:ident $word:literal $mark:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $slot { $(#[doc = concat!($mark, " `", $word, "`")] $name,)+ }

        impl $slot {
            /// All of the table, in its order.
            pub const ALL: &'static [$slot] = &[$($slot::$name,)+];

            /// The word in JSON.
            pub const fn word(self) -> &'static str {
                match self { $($slot::$name => $word,)+ }
            }

            /// The mark on a terminal.
            pub const fn mark(self) -> &'static str {
                match self { $($slot::$name => $mark,)+ }
            }

            /// The variant as it is written in `das!`.
            pub const fn name(self) -> &'static str {
                match self { $($slot::$name => stringify!($name),)+ }
            }
        }
    };
}

table! {
    /// What the event is about.
    Domain {
        Auth "auth" "🔑", Build "build" "🔨", Cache "cache" "💾", Client "client" "🙋", Config "config" "🔩", Core "core" "🌟",
        Database "database" "📀", Di "di" "💉", Entity "entity" "🦎", File "file" "📁", Http "http" "🌍", Llm "llm" "🤖",
        Network "network" "🌐", Package "package" "📦", Payment "payment" "💳", Plugin "plugin" "🔌", Process "process" "🧩",
        Protocol "protocol" "📡", Provider "provider" "🧱", Report "report" "📈", Resource "resource" "💎", Schema "schema" "📐",
        Security "security" "🔐", Server "server" "🏢", State "state" "📚", System "system" "💻", Task "task" "🔄",
        Telemetry "telemetry" "🚥", Template "template" "📄", Test "test" "🧪", User "user" "👤",
    }
}

table! {
    /// What was done.
    Action {
        Apply "apply" "🔧", Auth "auth" "🔏", Build "build" "🔨", Cancel "cancel" "🙅", Close "close" "📕", Commit "commit" "📌",
        Configure "configure" "🔩", Connect "connect" "🔗", Create "create" "🌟", Decrypt "decrypt" "🔓", Delete "delete" "🧹",
        Disconnect "disconnect" "💔", Download "download" "💾", Emit "emit" "📢", Encrypt "encrypt" "🔒", Error "error" "🔥",
        Execute "execute" "🎬", Extract "extract" "📂", Import "import" "🚢", Init "init" "🌱", Insert "insert" "➕",
        Interrupt "interrupt" "🚦", Listen "listen" "👂", Load "load" "💡", Login "login" "🚪", Logout "logout" "👋",
        Observe "observe" "🧐", Open "open" "📖", Parse "parse" "🧮", Plan "plan" "📝", Publish "publish" "📰", Query "query" "🔍",
        Read "read" "👀", Receive "receive" "📥", Register "register" "📋", Request "request" "🙏", Retry "retry" "🔁",
        Rollback "rollback" "⏪", Schedule "schedule" "📅", Send "send" "📤", Sign "sign" "🪪", Start "start" "🚀",
        Stop "stop" "🛑", Sync "sync" "🔃", Transmit "transmit" "📡", Update "update" "🔄", Upload "upload" "🎈",
        Validate "validate" "🧾", Verify "verify" "🔎", Write "write" "🪶",
    }
}

table! {
    /// How it went.
    Status {
        Attempt "attempt" "⏳", Cached "cached" "🎯", Cancelled "cancelled" "🙅", ClientError "client_error" "🙈",
        Complete "complete" "🏁", Conflict "conflict" "💥", Debug "debug" "🐞", Denied "denied" "🚫", Error "error" "🔥",
        Failure "failure" "❌", Idle "idle" "💤", Info "info" "🔵", Invalid "invalid" "💢", NotFound "not_found" "🫥",
        Ok "ok" "🟢", Ongoing "ongoing" "🏃", Progress "progress" "🔆", Ready "ready" "👍", Received "received" "📥",
        Redirect "redirect" "👉", Rejected "rejected" "👎", Retry "retry" "🔁", Revoked "revoked" "🧨", ServerError "server_error" "💣",
        Skipped "skipped" "⏩", Started "started" "🚀", Submitted "submitted" "📨", Success "success" "✅", Timeout "timeout" "⏰",
        Trace "trace" "👣", Unauthorized "unauthorized" "🔐", Unchanged "unchanged" "🟰", Warning "warning" "🔶",
    }
}

impl Status {
    /// The level an event with this status has: what went wrong is loud, what is only of use when looking
    /// closely is quiet.
    pub const fn level(self) -> Level {
        match self {
            Status::Error | Status::Failure | Status::ServerError | Status::Timeout => Level::ERROR,
            Status::Cancelled | Status::ClientError | Status::Conflict | Status::Denied | Status::Invalid => {
                Level::WARN
            }
            Status::Rejected | Status::Retry | Status::Revoked | Status::Unauthorized | Status::Warning => {
                Level::WARN
            }
            Status::Debug | Status::Attempt | Status::Progress | Status::Idle => Level::DEBUG,
            Status::Trace => Level::TRACE,
            _ => Level::INFO,
        }
    }

    /// The status of an HTTP answer: 2xx is a success, never a question.
    pub const fn of_http(code: u16) -> Status {
        match code {
            100..=199 => Status::Info,
            200..=299 => Status::Success,
            304 => Status::Unchanged,
            300..=399 => Status::Redirect,
            401 => Status::Unauthorized,
            403 => Status::Denied,
            404 | 410 => Status::NotFound,
            408 | 504 => Status::Timeout,
            409 | 412 => Status::Conflict,
            400..=499 => Status::ClientError,
            500..=599 => Status::ServerError,
            _ => Status::Invalid,
        }
    }
}

/// The three words of one call site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Das {
    /// First slot.
    pub domain: Domain,
    /// Second slot.
    pub action: Action,
    /// Third slot.
    pub status: Status,
}

impl Das {
    /// Reads the name that `das!` gives its call sites, `das:Auth.Login.Success`.
    pub fn from_name(name: &str) -> Option<Das> {
        let mut words = name.strip_prefix("das:")?.split('.');
        let (domain, action, status) = (words.next()?, words.next()?, words.next()?);
        Some(Das {
            domain: Domain::ALL.iter().copied().find(|word| word.name() == domain)?,
            action: Action::ALL.iter().copied().find(|word| word.name() == action)?,
            status: Status::ALL.iter().copied().find(|word| word.name() == status)?,
        })
    }
}

/// Logs an event by domain, action and status: `das!(Auth, Login, Success, user = %name)`, optionally with a
/// message at the end as in [`tracing::info!`]. The level follows from the status ([`Status::level`]).
///
/// ```
/// use foundation::das;
/// das!(Auth, Login, Success, user = %"bob");
/// das!(Http, Request, Failure, code = 503, "gave up after {} tries", 3);
/// ```
///
/// A word that is in no table does not compile:
///
/// ```compile_fail
/// foundation::das!(Auth, Login, Succes);
/// ```
#[macro_export]
macro_rules! das {
    ($domain:ident, $action:ident, $status:ident $(, $($rest:tt)*)?) => {
        $crate::tracing::event!(
            name: concat!("das:", stringify!($domain), ".", stringify!($action), ".", stringify!($status)),
            target: module_path!(),
            $crate::das::Status::$status.level(),
            domain = $crate::das::Domain::$domain.word(),
            action = $crate::das::Action::$action.word(),
            status = $crate::das::Status::$status.word(),
            $($($rest)*)?
        )
    };
}

/// The tables as the reference page shows them.
pub fn markdown() -> String {
    let mut page = String::from("# Domain, action, status\n");
    let mut slot = |title: &str, rows: Vec<(&str, &str, &str, String)>| {
        page.push_str(&format!(
            "\n## {title}\n\n| in `das!` | in JSON | mark | level |\n| --- | --- | --- | --- |\n"
        ));
        for (name, word, mark, level) in rows {
            page.push_str(&format!("| `{name}` | `{word}` | {mark} | {level} |\n"));
        }
    };
    slot(
        "Domain",
        Domain::ALL.iter().map(|word| (word.name(), word.word(), word.mark(), String::new())).collect(),
    );
    slot(
        "Action",
        Action::ALL.iter().map(|word| (word.name(), word.word(), word.mark(), String::new())).collect(),
    );
    slot(
        "Status",
        Status::ALL
            .iter()
            .map(|word| (word.name(), word.word(), word.mark(), word.level().to_string()))
            .collect(),
    );
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_and_marks_are_unique_and_marks_are_one_wide_character() {
        let slots: [Vec<(&str, &str)>; 3] = [
            Domain::ALL.iter().map(|word| (word.word(), word.mark())).collect(),
            Action::ALL.iter().map(|word| (word.word(), word.mark())).collect(),
            Status::ALL.iter().map(|word| (word.word(), word.mark())).collect(),
        ];
        for slot in slots {
            assert_eq!(slot.iter().map(|row| row.0).collect::<BTreeSet<_>>().len(), slot.len());
            let marks: BTreeSet<_> = slot.iter().map(|row| row.1).collect();
            let twice: Vec<_> =
                marks.iter().filter(|mark| slot.iter().filter(|row| row.1 == **mark).count() > 1).collect();
            assert!(twice.is_empty(), "{twice:?}");
            for (word, mark) in slot {
                assert_eq!(mark.chars().count(), 1, "{word}: no variation selector");
                assert!(mark.chars().all(|mark| is_wide(mark) && mark != '❓'), "{word} {mark}");
            }
        }
    }

    /// Emoji_Presentation: drawn two columns wide without a selector.
    fn is_wide(mark: char) -> bool {
        let narrow = ['\u{1f573}', '\u{1f6e1}', '\u{1f5c4}'];
        matches!(mark, '\u{1f300}'..='\u{1faff}' | '\u{23e9}'..='\u{23ec}' | '\u{23f0}' | '\u{23f3}' | '\u{2705}' | '\u{274c}' | '\u{2795}')
            && !narrow.contains(&mark)
    }

    #[test]
    fn names_are_read_back_and_nothing_else_is() {
        let das = Das { domain: Domain::Auth, action: Action::Login, status: Status::Success };
        assert_eq!(Das::from_name("das:Auth.Login.Success"), Some(das));
        for name in
            ["", "das:", "das:Auth.Login", "Auth.Login.Success", "das:auth.login.success", "event src/x.rs:1"]
        {
            assert_eq!(Das::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn http_answers_have_a_status() {
        for (code, status) in [
            (200, Status::Success),
            (204, Status::Success),
            (304, Status::Unchanged),
            (404, Status::NotFound),
            (503, Status::ServerError),
            (0, Status::Invalid),
            (999, Status::Invalid),
        ] {
            assert_eq!(Status::of_http(code), status, "{code}");
        }
    }

    #[test]
    fn the_page_is_generated() {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/das.md")).unwrap_or_default();
        assert_eq!(page, markdown(), "docs/das.md is generated: copy the right side");
    }
}
