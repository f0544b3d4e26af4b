//! `timed_token`: a token that is valid for an hour.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use tf_sdk::plan_modifier;
use tf_sdk::prelude::*;
use uuid::Uuid;

use crate::component::components;

/// Where private state keeps the token.
const KEY: &str = "token";
/// How long a token is valid.
const VALID_HOURS: i64 = 1;

/// A token that nobody can guess, valid for an hour.
///
/// It is kept in private state, which is sealed where the provider is given a key, and shown in the state. When it has expired, the
/// next plan replaces it.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Token {
    /// What the token is for.
    #[attr(required, plan = plan_modifier::requires_replace())]
    name: String,
    /// The name of this very token.
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    id: Tf<String>,
    /// The token.
    #[attr(computed, sensitive, plan = plan_modifier::use_state_for_unknown())]
    token: Tf<String>,
    /// When it expires, in RFC 3339.
    #[attr(computed, sensitive, plan = plan_modifier::use_state_for_unknown())]
    expires_at: Tf<String>,
}

/// What private state keeps.
#[derive(Serialize, Deserialize)]
struct Kept {
    token: String,
    expires_at: String,
}

components! {
    /// `timed_token`.
    TimedToken
}

/// Whether a time is over. What is no time has no end.
fn is_over(expires_at: &str, now: Timestamp) -> bool {
    expires_at.parse::<Timestamp>().is_ok_and(|end| end <= now)
}

impl<P: Provider> Resource for TimedToken<P> {
    type Provider = P;
    type Model = Token;

    const NAME: &'static str = "timed_token";

    async fn plan(&self, cx: &mut Plan<Self>) -> Result<()> {
        if cx.change != Change::Update {
            return Ok(());
        }
        let expires_at: Tf<String> = cx.state.get("expires_at")?;
        if expires_at.known().is_some_and(|end| is_over(end, Timestamp::now())) {
            for attribute in ["id", "token", "expires_at"] {
                cx.set_unknown(attribute)?;
            }
            cx.require_replace("expires_at");
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Create<Self>, planned: Token) -> Result<Token> {
        let end = Timestamp::now().checked_add(VALID_HOURS.hours()).diagnose("Cannot Make Token")?;
        let kept = Kept { token: format!("token-{}", Uuid::new_v4()), expires_at: end.to_string() };
        cx.private.set(KEY, &kept)?;
        Ok(Token {
            id: format!("timed-token-id-{}", Uuid::new_v4()).into(),
            token: kept.token.into(),
            expires_at: kept.expires_at.into(),
            ..planned
        })
    }

    async fn read(&self, cx: &mut Read<Self>, state: Token) -> Result<Option<Token>> {
        Ok(Some(match cx.private.get::<Kept>(KEY) {
            Some(kept) => Token { token: kept.token.into(), expires_at: kept.expires_at.into(), ..state },
            None => state,
        }))
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Token) -> Result<()> {
        Ok(())
    }

    /// From the seed's, whose private state is its own: the token is taken from the state.
    async fn move_from(&self, cx: &mut MoveFrom<Self>) -> Result<Option<Token>> {
        if super::is_seeds(cx) { cx.source().map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        for (end, expected) in [
            ("2026-01-01T11:59:59Z", true),
            ("2026-01-01T12:00:00Z", true),
            ("2026-01-01T12:00:00.5Z", false),
            ("2026-01-01T13:30:00.123456+02:00", true),
            ("soon", false),
            ("", false),
        ] {
            assert_eq!(is_over(end, now), expected, "{end}");
        }
    }
}
