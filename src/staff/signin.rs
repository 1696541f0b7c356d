//! Signing in: to the provider, back with a code, and what the provider vouches for.
//!
//! OpenID Connect Core §3.1, RFC 9207 §2.4. What comes back is a stranger's text until it is held against what this browser
//! carries: first whose visit it is, then that it is used up, then it is redeemed.

use std::time::Duration;

use doorward_contract::http::Ask;
use doorward_contract::{AccountId, Timestamp, VendorError};
use http::StatusCode;
use serde_json::{Map, Value};

use super::library::{self, Exchanged, Wish};
use super::session::New;
use super::visit::Visit;
use super::{Provider, Refused, Session, Staff, StepUp, role};
use crate::audit::Fact;
use crate::case::role::{Operator, Roles};
use crate::crypto::token::Token;
use crate::provider::form::Parameters;
use crate::provider::jose::{Proven, Rules, Typ, Unproven};
use crate::provider::json;

/// The longest name or address that is kept of somebody.
const LONGEST: usize = 200;
/// Where somebody goes who asked for nothing else.
const HOME: &str = "/desk";
/// The longest way back inside the console.
const LONGEST_WAY: usize = 1_024;

/// The way to a provider.
#[derive(Debug)]
pub struct Leave {
    /// Where the browser goes.
    pub to: String,
    /// What it carries, in a cookie.
    pub visit: String,
    /// How long it carries that.
    pub length: Duration,
}

/// Somebody who signed in, or proved themselves anew.
#[derive(Debug)]
pub struct Arrived {
    /// What goes into the cookie.
    pub token: Token,
    /// How long the browser keeps it.
    pub length: Duration,
    /// Where they go now: a path of the console.
    pub to: String,
}

/// Somebody whom a provider vouches for.
pub(super) struct Vouched {
    pub(super) operator: Operator,
    pub(super) provider: String,
    pub(super) subject: String,
    pub(super) sid: Option<String>,
    pub(super) id_token: String,
    /// When they proved themselves to the provider, where it says so.
    pub(super) auth_time: Option<Timestamp>,
    /// By which authentication contexts, where it says so.
    pub(super) acr: Vec<String>,
}

impl Staff {
    /// The way to a provider; `to` is where the operator wants to be then.
    pub async fn leave(&self, provider: &str, to: Option<&str>) -> Result<Leave, Refused> {
        let provider = self.provider(provider)?;
        let visit = Visit::new(&provider.name, &self.way_back(to), self.now());
        let known = provider.discovery.known().await?;
        let back = provider.back(&self.origin);
        let way = library::way(provider, &known, &back, &visit, &Wish::SignIn, None)?;
        Ok(Leave {
            to: way.into(),
            visit: self.sealed(&visit)?,
            length: super::visit::LONGEST,
        })
    }

    /// Somebody comes back from a provider: `carried` is what the browser carried, `session` who was signed in there before.
    pub async fn come_back(
        &self,
        provider: &str,
        carried: Option<&str>,
        session: Option<(&Token, &Session)>,
        query: &str,
    ) -> Result<Arrived, Refused> {
        let provider = self.provider(provider)?;
        let mut operator = None;
        let arrived = self.arrive(provider, carried, session, query, &mut operator).await;
        if let Err(refused) = &arrived {
            self.note_refused(&provider.name, operator, refused).await;
        }
        arrived
    }

    async fn arrive(
        &self,
        provider: &Provider,
        carried: Option<&str>,
        session: Option<(&Token, &Session)>,
        query: &str,
        who: &mut Option<String>,
    ) -> Result<Arrived, Refused> {
        let visit = self.opened(&provider.name, carried).ok_or(Refused::Stale)?;
        if let (StepUp::Prompt(connector), Some(kept)) = (&provider.step_up, &visit.kept) {
            return self
                .back_from_prompt(connector.as_ref(), &visit, kept, session, query)
                .await;
        }
        let answer = Parameters::of_query(query).map_err(|_| Refused::Unproven("the answer is unreadable"))?;
        if !answer.get("state").is_some_and(|state| visit.expects(state)) {
            return Err(Refused::Stale);
        }
        let known = provider.discovery.known().await?;
        // RFC 9207 §2.4: whose answer it is, wherever that is said, and always where the provider says that it says so.
        match answer.get("iss") {
            Some(issuer) if issuer != provider.issuer => {
                return Err(Refused::Unproven("the answer is of another issuer"));
            }
            None if known.names_itself => return Err(Refused::Unproven("the answer does not say whose it is")),
            _ => {}
        }
        self.used(&visit).await?;
        if let Some(error) = answer.get("error") {
            return Err(Refused::Denied(plain(error, 64)));
        }
        let code = answer.get("code").ok_or(Refused::Unproven("the answer has no code"))?;
        let wish = match (&visit.anew, &provider.step_up) {
            (None, _) => Wish::SignIn,
            (Some(_), StepUp::Acr(contexts)) => Wish::Anew(contexts.clone()),
            (Some(_), _) => Wish::Anew(Vec::new()),
        };
        let back = provider.back(&self.origin);
        let exchanged = library::exchange(provider, &known, &back, &visit, code, self.now()).await?;
        let id_token = exchanged.id_token();
        let mut claims = self.proven(provider, &exchanged, &id_token, &visit, &wish).await?;
        let subject = claim(&claims, "sub").ok_or(Refused::Unproven("the ID token is about nobody"))?;
        *who = Some(format!("{}|{}", provider.name, plain(&subject, LONGEST)));
        if visit.anew.is_some() {
            return self.proved_anew(provider, &visit, session, &claims, id_token).await;
        }
        if provider.userinfo && role::lacks(&provider.rules, &claims) {
            add_userinfo(&known, &exchanged, &subject, &mut claims).await?;
        }
        let roles = self.roles(provider, &claims).await?;
        let vouched = vouched(provider, subject, &claims, roles, id_token);
        self.signed_in(provider, vouched, session.map(|(token, _)| token), visit.to)
            .await
    }

    /// The claims of an ID token that holds.
    async fn proven(
        &self,
        provider: &Provider,
        exchanged: &Exchanged,
        id_token: &str,
        visit: &Visit,
        wish: &Wish,
    ) -> Result<Map<String, Value>, Refused> {
        // Read strictly first: one meaning, one of our algorithms, nothing that must be understood and is not.
        let rules = Rules {
            algs: &provider.algs,
            typ: Typ::OneOfOrAbsent(&["jwt"]),
        };
        let known = provider.discovery.known().await?;
        let read = Unproven::read(id_token, &rules).map_err(|fault| Refused::Unproven(fault.why()))?;
        let keys = known.keys.keys(&known.jwks, read.kid()).await?;
        let claims = read.prove(&keys).map(Proven::into_members);
        let claims = claims.map_err(|fault| Refused::Unproven(fault.why()))?;
        exchanged.check(provider, &keys, visit, wish, self.now())?;
        // What the library does not read: an authentication context that was asked for, under Entra's name for it too.
        if let Wish::Anew(wanted) = wish
            && !wanted.is_empty()
            && !contexts(&claims).iter().any(|one| wanted.contains(one))
        {
            return Err(Refused::Unproven("another authentication context"));
        }
        Ok(claims)
    }

    /// What the provider's claims, or whoever knows the groups, make somebody.
    async fn roles(&self, provider: &Provider, claims: &Map<String, Value>) -> Result<Roles, Refused> {
        let roles = role::given(&provider.rules, claims);
        let left_out = role::leaves_groups_out(claims);
        let Some(connector) = &provider.groups else {
            if left_out && roles.is_empty() {
                tracing::error!(
                    provider = provider.name,
                    "{} leaves the groups of somebody out: set `groups_from`, or have it name fewer",
                    provider.name
                );
            }
            return Ok(roles);
        };
        let asked = role::asked_groups(&provider.rules);
        let all_told = !left_out && claims.contains_key(role::GROUPS);
        if asked.is_empty() || all_told {
            return Ok(roles);
        }
        // Entra's own name of the account; `sub` is another for each application.
        let Some(account) = claim(claims, "oid") else {
            return Err(Refused::Unproven("no `oid` to read the groups of"));
        };
        let directory = connector.directory().ok_or_else(|| VendorError::Unfit {
            why: "the connector for groups knows no accounts".to_owned(),
        })?;
        let groups = directory.groups_among(&AccountId(account), &asked).await?;
        let by_groups = role::given_by_groups(&provider.rules, &groups);
        Ok(roles.iter().chain(by_groups.iter()).collect())
    }

    async fn signed_in(
        &self,
        provider: &Provider,
        vouched: Vouched,
        before: Option<&Token>,
        to: String,
    ) -> Result<Arrived, Refused> {
        if vouched.operator.roles.is_empty() {
            return Err(Refused::NoRole);
        }
        let now = self.now();
        // Having signed in is having proved oneself only where the provider says when, and how the settings ask.
        let proven_at = match vouched.auth_time {
            Some(at) if Self::counts(&provider.step_up, &vouched.acr) => at.min(now),
            _ => Timestamp::from_seconds(0),
        };
        let fact = Fact::StaffSignedIn {
            operator: vouched.operator.id.clone(),
            name: vouched.operator.name.clone(),
            roles: vouched
                .operator
                .roles
                .iter()
                .map(|role| role.word().to_owned())
                .collect(),
            provider: provider.name.clone(),
        };
        let new = New::of(vouched, proven_at, now.plus(self.lifetime));
        let (token, length) = self.begin_session(new, None, fact).await?;
        // Whoever was signed in at this browser before is no longer.
        if let Some(before) = before {
            self.replace(before).await?;
        }
        Ok(Arrived { token, length, to })
    }

    /// A path of the console, as a browser would read it; the console's first page for anything else.
    pub fn way_back(&self, to: Option<&str>) -> String {
        let inside = |to: &str| {
            let plain =
                to.len() <= LONGEST_WAY && to.starts_with('/') && to.chars().all(|letter| letter.is_ascii_graphic());
            let base = url::Url::parse(&self.origin).ok().filter(|_| plain)?;
            let url = base.join(to).ok()?;
            let desk = url.path() == HOME || url.path().starts_with("/desk/");
            // Back to a page that only leads away would go round in circles.
            let leads_away = ["/desk/sign-", "/desk/return/", "/desk/step-up", "/desk/break-glass"];
            let stays = !leads_away.iter().any(|start| url.path().starts_with(start));
            let own = url.origin() == base.origin() && desk && stays && url.fragment().is_none();
            let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
            own.then(|| format!("{}{query}", url.path()))
        };
        to.and_then(inside).unwrap_or_else(|| HOME.to_owned())
    }
}

/// Adds what the userinfo endpoint says and the ID token does not (OpenID Connect Core §5.3).
async fn add_userinfo(
    known: &super::discovery::Known,
    exchanged: &Exchanged,
    subject: &str,
    claims: &mut Map<String, Value>,
) -> Result<(), Refused> {
    let address = known.userinfo.clone();
    let address = address.ok_or(Refused::Unproven("there is no userinfo endpoint"))?;
    let ask = Ask::get(address)
        .header(http::header::ACCEPT, "application/json")
        .bearer(exchanged.access_token());
    let answer = known.http.send(ask).await?;
    let told = json::read_object(&answer.body).filter(|_| answer.status == StatusCode::OK);
    let told = told.ok_or(Refused::Unproven("the userinfo endpoint answered oddly"))?;
    // §5.3.2: else it is somebody else's.
    if told.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(Refused::Unproven("the userinfo is about somebody else"));
    }
    for (name, value) in told {
        claims.entry(name).or_insert(value);
    }
    Ok(())
}

fn vouched(
    provider: &Provider,
    subject: String,
    claims: &Map<String, Value>,
    roles: Roles,
    id_token: String,
) -> Vouched {
    let told = |name| {
        claim(claims, name)
            .map(|text| plain(&text, LONGEST))
            .filter(|text| !text.is_empty())
    };
    let login = told("preferred_username");
    let email = told("email").or_else(|| login.clone().filter(|login| login.contains('@')));
    let name = told("name").or(login).or_else(|| email.clone());
    Vouched {
        operator: Operator {
            id: format!("{}|{}", provider.name, plain(&subject, LONGEST)),
            name: name.unwrap_or_else(|| plain(&subject, LONGEST)),
            email,
            roles,
        },
        provider: provider.name.clone(),
        sid: claim(claims, "sid"),
        auth_time: auth_time(claims),
        acr: contexts(claims),
        subject,
        id_token,
    }
}

/// When they proved themselves, where the provider says so.
pub(super) fn auth_time(claims: &Map<String, Value>) -> Option<Timestamp> {
    claims
        .get("auth_time")
        .and_then(Value::as_i64)
        .map(Timestamp::from_seconds)
}

/// The authentication contexts that a token names: `acr`, and Entra's `acrs`.
pub(super) fn contexts(claims: &Map<String, Value>) -> Vec<String> {
    let several = claims.get("acrs").and_then(Value::as_array).into_iter().flatten();
    let all = claims.get("acr").into_iter().chain(several);
    all.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn claim(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).map(ToOwned::to_owned)
}

/// What is kept of somebody else's text: one line, so long at most.
fn plain(text: &str, longest: usize) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(longest)
        .collect()
}
