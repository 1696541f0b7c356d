//! The questions that every verifier must answer alike, asked of Persona.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "behaviour/stand.rs"]
#[expect(dead_code, reason = "shared with the tests of behaviour, which use all of it")]
mod stand;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use doorward_contract::fake::Fake;
use doorward_contract::http::Bounds;
use doorward_contract::suite::verifier::{self, Stand as Asked};
use doorward_contract::{Expectation, ProofRequest, Reference, SubjectRef, Verifier};
use doorward_persona::{Persona, connect_within};
use serde_json::json;

use crate::stand::{KEY, SECRET, SUBJECT, Stand, USUAL, settings};

struct Booth {
    stand: Stand,
    impatient: Persona,
}

#[async_trait]
impl Asked for Booth {
    fn verifier(&self) -> &dyn Verifier {
        &self.stand.persona
    }

    fn impatient(&self) -> &dyn Verifier {
        &self.impatient
    }

    fn fake(&self) -> &Fake {
        self.stand.fake.fake()
    }

    fn request(&self, key: &str) -> ProofRequest {
        ProofRequest {
            // Each its own person, so that erasing one proof is not held up by the others.
            subject: subject(key),
            ..self.stand.request(key)
        }
    }

    fn expectation(&self, key: &str) -> Expectation {
        Expectation {
            subject: subject(key),
            ..self.stand.expectation()
        }
    }

    fn begun(&self) -> usize {
        self.stand.begun()
    }

    async fn pass(&self, reference: &Reference) {
        self.stand.end(reference, "pass").await;
    }

    async fn pass_with_another_face(&self, reference: &Reference) {
        self.stand.end_as(reference, "pass", "zoe").await;
    }

    fn unknown(&self) -> Reference {
        Reference("inq_DwNobodyMadeThisOne00000001".into())
    }

    fn secrets(&self) -> Vec<String> {
        [KEY, SECRET, SUBJECT, "Amara", "AMARA", "Okafor", "session-token"]
            .map(Into::into)
            .into()
    }
}

fn subject(key: &str) -> SubjectRef {
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    SubjectRef(format!("{SUBJECT}-{letters}"))
}

#[tokio::test]
async fn persona_answers_what_every_verifier_is_asked() {
    let stand = Stand::usual().await;
    // The questions are many; the limit is asked about elsewhere.
    stand
        .lab(
            "/_lab/knobs",
            json!({ "requests_per_minute": 100_000, "creates_per_minute": 100_000 }),
        )
        .await;
    let bounds = Bounds {
        total: Duration::from_millis(100),
        ..Bounds::default()
    };
    let clock = Arc::new(stand.clock.clone());
    let impatient = connect_within(settings(&stand.base, USUAL), clock, bounds).unwrap();
    verifier::ask_everything(&Booth { stand, impatient }).await;
}
