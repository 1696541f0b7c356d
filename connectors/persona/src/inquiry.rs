//! Starting an inquiry, once per attempt, and letting the person back in.
//!
//! Follows "Creating Inquiries", "Idempotence", "Resuming Inquiries" and "Inquiry Sessions"
//! (<https://docs.withpersona.com/creating-inquiries>, autumn 2026). Nothing personal is prefilled: fields can be read by
//! whoever holds the link. Waiting longer than a person would is left to the caller, who asks again with the same key.

use std::fmt::Write;

use aws_lc_rs::digest;
use doorward_contract::http::Answer;
use doorward_contract::{ProofRequest, Reference, Started, StepKey, VendorError};
use http::StatusCode;
use serde_json::{Value, json};

use crate::client::{fresh_key, sorted};
use crate::wire::{Document, Inquiry, Listing, Resource};
use crate::{Persona, is_id, visit};

/// Marks what Doorward made, for people who look at Persona's dashboard.
const TAG: &str = "doorward";
/// How many of a person's newest inquiries are looked through for the one of this attempt.
const LOOK_BACK: &str = "25";

/// Where an inquiry stands, as far as letting somebody in is concerned.
enum Door {
    /// Nobody began it: its id opens it.
    Untouched,
    /// Begun or expired: a session has to be made.
    Resumable,
    /// It is over.
    Shut,
}

impl Door {
    fn of(inquiry: &Inquiry) -> Self {
        match inquiry.status.as_str() {
            "created" => Self::Untouched,
            "completed" | "failed" | "needs_review" | "approved" | "declined" => Self::Shut,
            // `pending`, `expired`, and words added later: Persona answers 409 if it cannot be resumed.
            _ => Self::Resumable,
        }
    }
}

impl Persona {
    pub(crate) async fn create(&self, request: &ProofRequest) -> Result<Started, VendorError> {
        let attempt = attempt(&request.key);
        let body = self.body(request, &attempt)?;
        let answer = self.client.post(&["inquiries"], Some(&body), &attempt).await?;
        match answer.status {
            // The same key with another body (our lifetime or return address changed since): the first one stands.
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                match self.begun(request, &attempt).await? {
                    Some(found) => self.let_in(found, request).await,
                    None => Err(refusal(answer)),
                }
            }
            // Persona keeps a 5xx under its key and would replay it, and the write may have happened: look first,
            // then ask under a new key.
            status if status.is_server_error() => {
                if let Some(found) = self.begun(request, &attempt).await? {
                    self.let_in(found, request).await
                } else {
                    let again = self.client.post(&["inquiries"], Some(&body), &fresh_key()).await?;
                    self.begin(again, request)
                }
            }
            _ => self.begin(answer, request),
        }
    }

    /// A fresh way in to an inquiry of this person.
    pub(crate) async fn reopen(&self, reference: &Reference, request: &ProofRequest) -> Result<Started, VendorError> {
        let found = self.look(reference).await?;
        if found.attributes.redacted_at.is_some() {
            return Err(VendorError::Missing {
                what: "the inquiry was erased".into(),
            });
        }
        if found.attributes.reference_id.as_deref() != Some(request.subject.0.as_str()) {
            return Err(VendorError::Missing {
                what: "an inquiry of this person with that id".into(),
            });
        }
        self.let_in(found, request).await
    }

    /// Everything a create may hold and that we want: no personal field, exactly one kind of template. A recheck hangs on
    /// the account of the earlier proof, because that account's selfie is what Persona compares with (persona.md §4.3,
    /// `selfie_account_comparison`).
    fn body(&self, request: &ProofRequest, attempt: &str) -> Result<Value, VendorError> {
        let refused = |why: &str| VendorError::Refused { why: why.to_owned() };
        let settings = &self.settings;
        let (template, version) = match &request.against {
            None => (&settings.template, &settings.template_version),
            Some(earlier) if earlier.subject != request.subject => {
                return Err(refused("a recheck must carry the name of the earlier proof"));
            }
            Some(_) => (
                settings
                    .recheck_template
                    .as_ref()
                    .ok_or_else(|| refused("there is no recheck template"))?,
                &settings.recheck_template_version,
            ),
        };
        let (kind, template) = match version {
            Some(version) => ("inquiry-template-version-id", version),
            None => ("inquiry-template-id", template),
        };
        let lifetime = request.lifetime.as_secs().max(1);
        Ok(json!({
            "data": { "attributes": {
                kind: template,
                "redirect-uri": request.return_url,
                "note": attempt,
                "tags": [TAG],
            } },
            "meta": {
                "auto-create-account": true,
                "auto-create-account-reference-id": request.subject,
                "auto-create-inquiry-session": true,
                "expiration-after-create-interval-seconds": lifetime,
                "expiration-after-start-interval-seconds": lifetime,
                "expiration-after-resume-interval-seconds": lifetime,
                "one-time-link-expiration-seconds": lifetime,
            },
        }))
    }

    fn begin(&self, answer: Answer, request: &ProofRequest) -> Result<Started, VendorError> {
        let document: Document<Inquiry> = self.client.pinned(answer)?.json()?;
        self.started(&document, request)
    }

    fn started(&self, document: &Document<Inquiry>, request: &ProofRequest) -> Result<Started, VendorError> {
        if document.data.kind != "inquiry" || !is_id(&document.data.id, "inq_") {
            return Err(VendorError::Unexpected {
                why: "the answer holds no inquiry".into(),
            });
        }
        let token = document.meta.as_ref().and_then(|meta| meta.session_token.as_ref());
        Ok(Started {
            reference: Reference(document.data.id.clone()),
            visit: visit::address(
                &self.settings.hosted,
                &document.data.id,
                token,
                request.language.as_deref(),
            ),
        })
    }

    /// The inquiry that this very attempt made, if it did. Told by its note, because a person may have several.
    async fn begun(&self, request: &ProofRequest, attempt: &str) -> Result<Option<Resource<Inquiry>>, VendorError> {
        let query = [
            ("filter[reference-id]", request.subject.0.as_str()),
            ("page[size]", LOOK_BACK),
        ];
        let answer = self.client.get(&["inquiries"], &query).await?;
        let listing: Listing<Inquiry> = self.client.pinned(answer)?.json()?;
        Ok(listing.data.into_iter().find(|inquiry| {
            inquiry.attributes.note.as_deref() == Some(attempt)
                && inquiry.attributes.reference_id.as_deref() == Some(request.subject.0.as_str())
        }))
    }

    async fn look(&self, reference: &Reference) -> Result<Resource<Inquiry>, VendorError> {
        if !is_id(&reference.0, "inq_") {
            return Err(VendorError::Missing {
                what: "not the id of an inquiry".into(),
            });
        }
        let answer = self.client.get(&["inquiries", &reference.0], &[]).await?;
        let document: Document<Inquiry> = self.client.pinned(answer)?.json()?;
        Ok(document.data)
    }

    async fn let_in(&self, found: Resource<Inquiry>, request: &ProofRequest) -> Result<Started, VendorError> {
        let reference = Reference(found.id);
        match Door::of(&found.attributes) {
            Door::Untouched => Ok(self.plain(reference, request)),
            Door::Shut => Err(VendorError::Done),
            Door::Resumable => self.resume_session(reference, request).await,
        }
    }

    /// The id alone opens an inquiry that nobody has begun.
    fn plain(&self, reference: Reference, request: &ProofRequest) -> Started {
        let visit = visit::address(&self.settings.hosted, &reference.0, None, request.language.as_deref());
        Started { reference, visit }
    }

    async fn resume_session(&self, reference: Reference, request: &ProofRequest) -> Result<Started, VendorError> {
        let path = ["inquiries", reference.0.as_str(), "resume"];
        let answer = self.client.post(&path, None, &fresh_key()).await?;
        if answer.status != StatusCode::CONFLICT {
            let document: Document<Inquiry> = self.client.pinned(answer)?.json()?;
            let has_token = document.meta.as_ref().is_some_and(|meta| meta.session_token.is_some());
            if !has_token {
                return Err(VendorError::Unexpected {
                    why: "a resumed inquiry came without a session token".into(),
                });
            }
            return self.started(&document, request);
        }
        // It moved on while we asked: re-read, then decide.
        let now = self.look(&reference).await?;
        match Door::of(&now.attributes) {
            Door::Untouched => Ok(self.plain(reference, request)),
            Door::Shut => Err(VendorError::Done),
            Door::Resumable => Err(refusal(answer)),
        }
    }
}

/// The name of an attempt at Persona: idempotency key and note. A digest, because a step key may say more than it should.
fn attempt(key: &StepKey) -> String {
    let digest = digest::digest(&digest::SHA256, key.0.as_bytes());
    digest
        .as_ref()
        .iter()
        .fold(String::from("doorward-"), |mut text, byte| {
            // Writing to a string cannot fail.
            let _always = write!(text, "{byte:02x}");
            text
        })
}

/// The remedy for an answer that was no success.
fn refusal(answer: Answer) -> VendorError {
    match sorted(answer) {
        Err(error) => error,
        Ok(_) => VendorError::Unexpected {
            why: "a success where a refusal was expected".into(),
        },
    }
}
