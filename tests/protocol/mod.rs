//! Protocols, clause by clause, over HTTP and against the whole gateway.
#![expect(
    clippy::too_many_lines,
    clippy::similar_names,
    reason = "a clause is tried in all its ways in one story; `party` and `part`, `case` and `came` are the words there are"
)]

mod basic_op;
mod config_op;
mod dpop;
mod duo;
mod entra;
mod fapi2;
mod form_post;
mod ida;
mod party;
mod prompt;
mod pushed;
mod redeem;
mod refresh;
mod refused;
mod reply;
mod rotation;
mod saml;
mod sign;
mod signed;
mod stage;
mod userinfo;
