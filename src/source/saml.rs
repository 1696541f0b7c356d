//! SAML 2.0 service providers (Duo Single Sign-On): somebody arrives with a request in an address or a form, and leaves with a
//! form that posts itself.
//!
//! SAML 2.0 Profiles §4.1; what is checked and what is answered is [`crate::saml`]'s. A form comes from another site, so no
//! cookie of ours comes with it: the request's own signature is what it stands on.

use axum::Router;
use axum::extract::{Form, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::client::Client as Visitor;
use super::{Door, reply};
use crate::case::{Case, Refusal, Verdict};
use crate::cause::causes;
use crate::crypto::signing::Alg;
use crate::crypto::token::{Digest, Token};
use crate::flow::Error;
use crate::flow::answer::Question;
use crate::pages::{Login, LoginError, Notice, path};
use crate::provider::form::{Body, Parameters, Sent};
use crate::provider::signer::Signer;
use crate::saml::{self, Asked, Facts, Fields, Message, Party, Refused, Signing, Status};
use crate::store::{self, GrantKind, NewGrant};
use doorward_contract::{Account, Subject, SubjectKey};

/// Which endpoint a refusal is written down under.
const ENDPOINT: &str = "saml sso";
/// Where a person whom no request names says whose account it is.
const IDENTIFY: &str = "/saml/identify";
/// How long that question waits for the person.
const IDENTIFY_WAITS: std::time::Duration = std::time::Duration::from_secs(600);
/// What tells these questions from all else that is kept for a while.
const PARKED: &str = "saml question";

/// The paths that a service provider reads and sends browsers to: its pages may post here, and no cookie of ours counts.
pub fn crossing() -> Router<Door> {
    Router::new()
        .route("/saml/{name}/metadata", get(metadata))
        .route("/saml/{name}/sso", get(redirected).post(posted).head(looked_at))
}

/// The paths of our own pages.
pub fn routes() -> Router<Door> {
    Router::new().route(IDENTIFY, post(identify))
}

/// Who only looks whether anybody is there takes no request up: links are looked at by scanners.
async fn looked_at() {}

async fn metadata(State(door): State<Door>, Path(name): Path<String>) -> Response {
    let Some(party) = door.saml.party(&name) else {
        return door.show(Notice::NotFound);
    };
    let certificates = match door.provider.keyring.certificates().await {
        Ok(certificates) => certificates,
        Err(error) => {
            tracing::error!(error = %causes(&error), "a service provider cannot be shown our keys");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/samlmetadata+xml"),
        // Shorter than any overlap of keys by far.
        (header::CACHE_CONTROL, "public, max-age=600"),
    ];
    (headers, saml::document(party, &certificates)).into_response()
}

async fn redirected(
    State(door): State<Door>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let query = query.unwrap_or_default();
    let message = match Parameters::of_query(&query) {
        Ok(parameters) => saml::of_redirect(&query, |key| parameters.get(key)),
        Err(refusal) => Err(refusal.why),
    };
    arrive(&door, &name, message, visitor).await
}

async fn posted(
    State(door): State<Door>,
    Path(name): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Sent,
) -> Response {
    let message = match Parameters::of_sent(&headers, body, Body::Form) {
        Ok(parameters) => saml::of_post(|key| parameters.get(key)),
        Err(refusal) => Err(refusal.why),
    };
    arrive(&door, &name, message, visitor).await
}

async fn arrive(door: &Door, name: &str, message: Result<Message, saml::NotTaken>, visitor: Visitor) -> Response {
    let Some(party) = door.saml.party(name) else {
        return door.show(Notice::NotFound);
    };
    let checked = match message {
        Ok(message) => door.saml.check(party, &message).await,
        Err(why) => Err(Refused::Local { why }),
    };
    match checked {
        Ok(asked) => match asked.person.clone() {
            // A name that nobody signed counts as one that the visitor typed.
            Some(person) if asked.signed => open(door, party, asked, person, None).await,
            Some(person) => open(door, party, asked, person, Some(visitor.0)).await,
            None => ask_whose(door, party, &asked).await,
        },
        Err(refused) => refuse(door, party, refused).await,
    }
}

/// Opens a case for an account, and binds the browser to it.
async fn open(door: &Door, party: &Party, asked: Asked, person: String, typed_from: Option<Digest>) -> Response {
    // The settings see to it that there is one purpose.
    let purpose = door
        .purposes_of(&party.name)
        .into_iter()
        .next()
        .map(|purpose| purpose.name.clone());
    let (Some(purpose), Ok(request)) = (purpose, serde_json::to_string(&asked)) else {
        return tell(door, party, &asked, Status::Responder).await;
    };
    let (key, value) = (SubjectKey::Login, person);
    let question = Question {
        purpose,
        source: party.name.clone(),
        client: party.name.clone(),
        subject: Subject { key, value },
        record: None,
        request,
        // Duo asks for this as the first factor, and vouches for nobody.
        recognise: false,
        budget: None,
        typed_from,
    };
    match door.flow.open_question(question).await {
        Ok(bound) => door.bind(&bound.key, path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// Answers for a case whose answer is due.
pub(super) async fn answer(door: &Door, case: Case) -> Response {
    let number = Some(case.number.clone());
    let kept = case.private.request.as_deref();
    let asked: Option<Asked> = kept.and_then(|text| serde_json::from_str(text).ok());
    let found = asked.and_then(|asked| Some((door.saml.party(&asked.source)?, asked)));
    let Some((party, asked)) = found else {
        return door.show(Notice::Unavailable { number });
    };
    let verdict = case.verdict.unwrap_or(Verdict::Unavailable);
    let (mut told, mut refusal) = (verdict, None);
    let response = match (verdict, proven(door, party, &case, &asked).await) {
        (Verdict::Proven, Ok(Some(fields))) => reply::post(door, &asked.acs, fields),
        // Somebody was named: the answer must not be about another (Core §3.4.1.4).
        (Verdict::Proven, Ok(None)) => {
            (told, refusal) = (Verdict::Failed, Some(Refusal::AnotherPerson));
            tell(door, party, &asked, Status::AuthnFailed).await
        }
        (Verdict::Proven, Err(())) => {
            told = Verdict::Unavailable;
            tell(door, party, &asked, Status::Responder).await
        }
        (verdict, _) => tell(door, party, &asked, status(verdict)).await,
    };
    match door.flow.answered(case, told, refusal).await {
        Ok(_) => response,
        // Two tabs at once: one of them carried the answer.
        Err(Error::Elsewhere | Error::Store(store::Error::Stale)) => door.on_to(path::CASE),
        Err(error) => door.fail(&error),
    }
}

/// What a verdict is called there. Why it failed is nobody's business outside.
fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Unavailable => Status::Responder,
        Verdict::Declined => Status::RequestDenied,
        Verdict::Proven | Verdict::Failed | Verdict::Undecided | Verdict::Late => Status::AuthnFailed,
    }
}

/// The form that says who was proven; `Ok(None)` if it is not the person that the request names.
async fn proven(door: &Door, party: &Party, case: &Case, asked: &Asked) -> Result<Option<Fields>, ()> {
    let Some(account) = case
        .private
        .account
        .as_ref()
        .filter(|_| case.verdict == Some(Verdict::Proven))
    else {
        return Err(());
    };
    let facts = facts(case, account);
    let Some(name) = facts.name_id(party.name_id) else {
        tracing::error!(
            source = party.name,
            "an account has no e-mail address to be named by: say name_id = \"username\""
        );
        return Err(());
    };
    if asked
        .person
        .as_ref()
        .is_some_and(|person| !person.eq_ignore_ascii_case(name))
    {
        return Ok(None);
    }
    let signer = signer(door).await?;
    let made = saml::proven(party, asked, &facts, door.flow.now(), signing(&signer)?);
    made.map_err(|error| {
        tracing::error!(error = %causes(&error), "a service provider could not be told of a proof");
    })
}

fn facts<'a>(case: &Case, account: &'a Account) -> Facts<'a> {
    let decided = case.attempt().and_then(|attempt| attempt.decided_at);
    Facts {
        login: &account.login,
        display_name: account.display_name.as_deref(),
        first_name: account.name.given.as_deref(),
        last_name: account.name.family.as_deref(),
        proven_at: decided.unwrap_or(case.changed_at),
    }
}

async fn signer(door: &Door) -> Result<Signer, ()> {
    door.provider.keyring.signer(Alg::Rs256).await.map_err(|error| {
        tracing::error!(error = %causes(&error), "a service provider cannot be answered: there is no key");
    })
}

fn signing(signer: &Signer) -> Result<Signing<'_>, ()> {
    let certificate = signer.public().certificates().first().ok_or(())?;
    Ok(Signing {
        key: signer.key(),
        certificate,
    })
}

/// The form that says why nobody is named.
async fn tell(door: &Door, party: &Party, asked: &Asked, status: Status) -> Response {
    let told = async {
        let signer = signer(door).await.ok()?;
        saml::refusal(party, asked, status, door.flow.now(), signing(&signer).ok()?).ok()
    };
    match told.await {
        Some(fields) => reply::post(door, &asked.acs, fields),
        None => door.show(Notice::Unavailable { number: None }),
    }
}

async fn refuse(door: &Door, party: &Party, refused: Refused) -> Response {
    let word = match &refused {
        Refused::Answerable { status, .. } => status.word(),
        Refused::Local { .. } | Refused::Again => "none",
    };
    door.provider
        .note(ENDPOINT, Some(&party.name), word, refused.why())
        .await;
    match refused {
        Refused::Local { .. } => door.show(Notice::BadRequest { support: None }),
        Refused::Answerable { status, asked, .. } => tell(door, party, &asked, status).await,
        // Back and forward in the browser that began: it goes on with what it has. Anybody else has nothing there.
        Refused::Again => door.on_to(path::CASE),
    }
}

/// What the form sends that asks whose account it is.
#[derive(Deserialize)]
struct Named {
    /// The question it belongs to.
    #[serde(rename = "purpose")]
    question: String,
    #[serde(default)]
    login: String,
}

fn parked(token: &Token) -> Digest {
    Digest::of(PARKED, token.text().as_bytes())
}

/// Asks whose account it is. The question is kept here; the page carries what names it.
async fn ask_whose(door: &Door, party: &Party, asked: &Asked) -> Response {
    let token = Token::random();
    let Ok(body) = serde_json::to_vec(asked) else {
        return tell(door, party, asked, Status::Responder).await;
    };
    let grant = NewGrant {
        kind: GrantKind::Request,
        digest: parked(&token),
        family: String::new(),
        case: None,
        until: door.flow.now().plus(IDENTIFY_WAITS),
        body: Zeroizing::new(body),
    };
    match door.provider.store.add_grants(&[grant]).await {
        Ok(()) => door.show(login(&token, None, String::new())),
        Err(error) => door.fail(&error.into()),
    }
}

async fn identify(State(door): State<Door>, Visitor(address): Visitor, Form(named): Form<Named>) -> Response {
    let expired = || door.show(Notice::Expired { number: None });
    let Some(token) = Token::parse(&named.question) else {
        return expired();
    };
    let typed = named.login.trim();
    if let Some((error, shown)) = LoginError::of(typed) {
        return door.show(login(&token, Some(error), shown));
    }
    let asked = match unparked(&door, &token).await {
        Ok(asked) => asked,
        Err(error) => return door.fail(&error.into()),
    };
    let found = asked.and_then(|asked| Some((door.saml.party(&asked.source)?, asked)));
    match found {
        Some((party, asked)) => open(&door, party, asked, typed.to_owned(), Some(address)).await,
        None => expired(),
    }
}

/// The question that was kept, once.
async fn unparked(door: &Door, token: &Token) -> Result<Option<Asked>, store::Error> {
    let (digest, now, store) = (parked(token), door.flow.now(), &door.provider.store);
    let Some(grant) = store.grant(GrantKind::Request, &digest, now).await? else {
        return Ok(None);
    };
    if !store.exchange(GrantKind::Request, &digest, now, &[]).await? {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&grant.body).ok())
}

fn login(token: &Token, error: Option<LoginError>, value: String) -> Login {
    Login {
        purpose: token.text(),
        action: IDENTIFY.to_owned(),
        return_to: None,
        error,
        value,
    }
}
