//! The imitated hosted flow: start, document, selfie, outcome, and the way back ("Parameters", "Redirecting After
//! Inquiry", <https://docs.withpersona.com/hosted-flow-redirecting-on-complete>, autumn 2026).
//!
//! Field names are listed in the parent module. The step an inquiry stands at decides which page is shown, so going back
//! in the browser changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use serde_json::Value;
use url::Url;

use super::outcome::Choice;
use super::pages::{self, Card, Document, Done, Ending, Outcome, Selfie, Sorry, Start, Ticket, shown};
use super::state::Inquiry;
use super::{Desk, PersonaFake};

/// The largest picture that Persona takes, with room for the form around it.
const LARGEST_PICTURE: usize = 16 * 1024 * 1024;

type Flow = State<Arc<PersonaFake>>;
type Fields = HashMap<String, String>;

pub(super) fn routes() -> Router<Arc<PersonaFake>> {
    Router::new()
        .route("/verify", get(open))
        .route("/verify/begin", post(begin))
        .route("/verify/step", get(step))
        .route("/verify/document", post(document))
        .route("/verify/selfie", post(selfie))
        .route("/verify/outcome", post(outcome))
        .route("/verify/cancel", post(cancel))
        .route("/verify/done", get(done))
        .route("/verify/specimens/{id}", get(picture))
        .layer(DefaultBodyLimit::max(LARGEST_PICTURE))
}

async fn open(State(fake): Flow, Query(fields): Query<Fields>) -> Response {
    let response = fake.desk(|desk| desk.open(&fields));
    fake.send_soon();
    response
}

async fn begin(State(fake): Flow, axum::Form(fields): axum::Form<Fields>) -> Response {
    fake.desk(|desk| {
        desk.at_step(&fields, "start", |desk, ticket, _| {
            let first = if desk.takes_selfie_only(&ticket.inquiry) {
                "selfie"
            } else {
                "document"
            };
            desk.go_to(&ticket.inquiry, first);
        })
    })
}

async fn step(State(fake): Flow, Query(fields): Query<Fields>) -> Response {
    fake.desk(|desk| desk.page(&fields))
}

async fn document(State(fake): Flow, request: Request) -> Response {
    let Some((fields, uploaded)) = submitted(request).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let response = fake.desk(|desk| {
        desk.at_step(&fields, "document", |desk, ticket, fields| {
            let people = &desk.world.people;
            let picked = fields.get("specimen").filter(|id| !id.is_empty());
            let found = match (&uploaded, picked) {
                // Recognised by its bytes; anything else is a picture that cannot be read.
                (Some(bytes), _) => people.iter().find(|one| !bytes.is_empty() && one.picture == *bytes),
                (None, Some(id)) => people.iter().find(|one| one.id == *id),
                (None, None) => None,
            };
            match found.cloned() {
                Some(specimen) => desk.show_document(&ticket.inquiry, &specimen),
                None => desk.go_to(&ticket.inquiry, "document-again"),
            }
        })
    });
    fake.send_soon();
    response
}

async fn selfie(State(fake): Flow, axum::Form(fields): axum::Form<Fields>) -> Response {
    let response = fake.desk(|desk| {
        desk.at_step(&fields, "selfie", |desk, ticket, fields| {
            let picked = fields.get("face").filter(|id| !id.is_empty());
            let whose = match picked {
                Some(id) => desk.specimen(id).map(|one| one.id),
                // Whoever showed a document is taken to be its owner.
                None => desk.state.inquiry(&ticket.inquiry).and_then(|one| one.specimen.clone()),
            };
            match whose {
                Some(whose) => desk.show_face(&ticket.inquiry, &whose),
                None => desk.go_to(&ticket.inquiry, "selfie-again"),
            }
        })
    });
    fake.send_soon();
    response
}

async fn outcome(State(fake): Flow, axum::Form(fields): axum::Form<Fields>) -> Response {
    let Some(choice) = fields.get("outcome").and_then(|word| Choice::named(word)) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let response =
        fake.desk(|desk| desk.at_step(&fields, "outcome", |desk, ticket, _| desk.end(&ticket.inquiry, choice)));
    fake.send_soon();
    response
}

/// Leaving does not redirect, and the inquiry stays as it is.
async fn cancel(State(fake): Flow, axum::Form(fields): axum::Form<Fields>) -> Response {
    let response = fake.desk(|desk| {
        let Some((ticket, session)) = desk.admitted(&fields) else {
            return desk.session_expired();
        };
        desk.emit_session("inquiry-session.canceled", &session);
        drop(ticket);
        desk.sorry(
            StatusCode::OK,
            "You left",
            "Go back to the page that sent you here to try again.",
        )
    });
    fake.send_soon();
    response
}

/// The button on the last page.
async fn done(State(fake): Flow, Query(fields): Query<Fields>) -> Response {
    fake.desk(|desk| {
        let Some((ticket, _)) = desk.admitted(&fields) else {
            return desk.session_expired();
        };
        match desk.state.inquiry(&ticket.inquiry).and_then(way_back) {
            Some(url) => Redirect::to(url.as_str()).into_response(),
            None => desk.page(&fields),
        }
    })
}

async fn picture(State(fake): Flow, Path(id): Path<String>) -> Response {
    match fake.world.people.iter().find(|one| one.id == id) {
        Some(one) => ([(header::CONTENT_TYPE, one.picture_type.clone())], one.picture.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The fields of a form and the picture, if one was chosen.
async fn submitted(request: Request) -> Option<(Fields, Option<Vec<u8>>)> {
    let media = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !media.starts_with("multipart/form-data") {
        let axum::Form(fields) = axum::Form::<Fields>::from_request(request, &()).await.ok()?;
        return Some((fields, None));
    }
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let (mut fields, mut picture) = (Fields::new(), None);
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "picture" {
            let bytes = field.bytes().await.ok()?.to_vec();
            // A browser sends an empty part where no file was chosen.
            picture = Some(bytes).filter(|bytes| !bytes.is_empty());
        } else {
            fields.insert(name, field.text().await.ok()?);
        }
    }
    Some((fields, picture))
}

impl Desk<'_> {
    /// The first page: a link or a session is checked, and a session begins.
    fn open(&mut self, fields: &Fields) -> Response {
        let session = if let Some(code) = fields.get("code") {
            self.use_link(code)
        } else if fields.contains_key("inquiry-template-id") || fields.contains_key("template-id") {
            // The template blocks inquiries created by browsers, as Doorward asks for.
            return self.sorry(
                StatusCode::FORBIDDEN,
                "Not available",
                "This link cannot start a verification.",
            );
        } else {
            self.session_for(fields)
        };
        let Some(session) = session else {
            return self.session_expired();
        };
        if session.status == "new" {
            if let Some(session) = self.state.sessions.iter_mut().find(|one| one.id == session.id) {
                session.status = "active".into();
            }
            self.emit_session("inquiry-session.started", &session.id);
        }
        if self
            .state
            .inquiry(&session.inquiry)
            .is_some_and(|inquiry| inquiry.status == "expired")
        {
            return self.session_expired();
        }
        let ticket = Ticket {
            inquiry: session.inquiry,
            token: session.token,
        };
        shown(
            StatusCode::OK,
            &Start {
                ticket,
                sandbox: self.world.sandbox,
            },
        )
    }

    /// By token; without one only an inquiry that nobody has begun opens.
    fn session_for(&mut self, fields: &Fields) -> Option<super::state::Session> {
        let inquiry = self.state.inquiry(fields.get("inquiry-id")?)?.clone();
        if let Some(token) = fields.get("session-token") {
            return self
                .live_session(token)
                .filter(|one| one.inquiry == inquiry.id)
                .cloned();
        }
        if inquiry.status != "created" || inquiry.redaction.is_some() {
            return None;
        }
        self.open_session(&inquiry.id).ok()
    }

    /// The ticket of a form and the session it belongs to.
    fn admitted(&self, fields: &Fields) -> Option<(Ticket, String)> {
        let session = self.live_session(fields.get("session-token")?)?;
        (fields.get("inquiry-id") == Some(&session.inquiry)).then(|| {
            let ticket = Ticket {
                inquiry: session.inquiry.clone(),
                token: session.token.clone(),
            };
            (ticket, session.id.clone())
        })
    }

    /// Does a step if the inquiry stands at it, and leads to the page where it stands then.
    fn at_step(&mut self, fields: &Fields, step: &str, act: impl FnOnce(&mut Self, &Ticket, &Fields)) -> Response {
        let Some((ticket, _)) = self.admitted(fields) else {
            return self.session_expired();
        };
        let stands = self.state.inquiry(&ticket.inquiry);
        let is_running = stands.is_some_and(|one| matches!(one.status.as_str(), "created" | "pending"));
        let is_here = stands.is_some_and(|one| one.step == step || one.step == format!("{step}-again"));
        if is_running && is_here {
            act(self, &ticket, fields);
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("inquiry-id", &ticket.inquiry);
        query.append_pair("session-token", &ticket.token);
        Redirect::to(&format!("/verify/step?{}", query.finish())).into_response()
    }

    fn go_to(&mut self, inquiry: &str, step: &str) {
        if let Some(inquiry) = self.state.inquiry_mut(inquiry) {
            step.clone_into(&mut inquiry.step);
        }
    }

    /// The page where the inquiry stands.
    fn page(&mut self, fields: &Fields) -> Response {
        let Some((ticket, _)) = self.admitted(fields) else {
            return self.session_expired();
        };
        let Some(inquiry) = self.state.inquiry(&ticket.inquiry).cloned() else {
            return self.session_expired();
        };
        let sandbox = self.world.sandbox;
        if !matches!(inquiry.status.as_str(), "created" | "pending") {
            let page = Done {
                ticket,
                sandbox,
                completed: !matches!(inquiry.status.as_str(), "failed" | "declined"),
                has_return: way_back(&inquiry).is_some(),
            };
            return shown(StatusCode::OK, &page);
        }
        match inquiry.step.as_str() {
            "document" | "document-again" => {
                let page = Document {
                    ticket,
                    sandbox,
                    unreadable: inquiry.step == "document-again",
                    cards: self.cards(),
                };
                shown(StatusCode::OK, &page)
            }
            "selfie" | "selfie-again" => {
                let faces = if self.world.is_selfie_only(&inquiry.template) {
                    self.cards()
                } else {
                    Vec::new()
                };
                let page = Selfie {
                    ticket,
                    sandbox,
                    unreadable: inquiry.step == "selfie-again",
                    faces,
                };
                shown(StatusCode::OK, &page)
            }
            "outcome" => {
                let short = self.world.is_selfie_only(&inquiry.template);
                let endings = Choice::ALL
                    .into_iter()
                    // Where no document is shown none can say another name.
                    .filter(|(choice, ..)| !(short && *choice == Choice::WrongName))
                    .map(|(_, word, text)| Ending { word, text })
                    .collect();
                let page = Outcome {
                    ticket,
                    sandbox,
                    endings,
                };
                shown(StatusCode::OK, &page)
            }
            _ => shown(StatusCode::OK, &Start { ticket, sandbox }),
        }
    }

    fn cards(&self) -> Vec<Card> {
        let people = self.world.people.iter();
        people
            .map(|one| Card {
                id: one.id.clone(),
                name: format!("{} {}", one.given, one.family),
                class: format!("{} · {}", one.id_class, one.country),
            })
            .collect()
    }

    fn sorry(&self, status: StatusCode, title: &'static str, text: &'static str) -> Response {
        let page = Sorry {
            sandbox: self.world.sandbox,
            title,
            text,
        };
        pages::shown(status, &page)
    }

    /// Expiry does not redirect: the person has to find the way back alone.
    fn session_expired(&self) -> Response {
        self.sorry(
            StatusCode::GONE,
            "Session expired",
            "This link no longer works. Ask the organisation that sent you for a new one.",
        )
    }
}

/// Where the browser goes at the end: only from a finished inquiry, with everything in an unsigned query.
fn way_back(inquiry: &Inquiry) -> Option<Url> {
    if !matches!(
        inquiry.status.as_str(),
        "completed" | "failed" | "approved" | "declined" | "needs_review"
    ) {
        return None;
    }
    let mut url = Url::parse(inquiry.redirect_uri.as_deref()?).ok()?;
    // What the person reached; real redirects also say `approved` where a workflow was faster.
    let status = match inquiry.status.as_str() {
        "approved" => "approved",
        _ if inquiry.times.contains_key("failed") => "failed",
        _ => "completed",
    };
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("inquiry-id", &inquiry.id);
        if let Some(reference) = &inquiry.reference_id {
            query.append_pair("reference-id", reference);
            query.append_pair("subject", reference);
        }
        query.append_pair("status", status);
        for (name, field) in &inquiry.fields {
            let text = |member: &str| match field.get(member) {
                Some(Value::String(text)) => text.clone(),
                _ => String::new(),
            };
            query.append_pair(&format!("fields[{name}][type]"), &text("type"));
            query.append_pair(&format!("fields[{name}][value]"), &text("value"));
        }
    }
    Some(url)
}
