//! The imitated Okta org against a vendor that keeps to Okta's guide, and against one that breaks one rule at a time.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod factor;
mod lies;
mod pages;
mod request;
mod vendor;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use doorward_contract::clock::TurnedClock;
use doorward_contract::http::{Ask, Bounds, Http};
use doorward_contract::{Clock, Timestamp};
use doorward_lab::okta::{Authenticator, OktaOrg, OktaUser, Operation, OrgWorld, Outcome, Return, Vendor};
use url::Url;

pub(crate) const AMINA: &str = "amina@hospital.example";
pub(crate) const TOMAS: &str = "tomas@hospital.example";

/// An org, its vendor, and the clock they share.
pub(crate) struct Scene {
    pub(crate) org: Arc<OktaOrg>,
    pub(crate) vendor: Arc<vendor::Vendor>,
    pub(crate) clock: TurnedClock,
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let clock = TurnedClock::at(Timestamp::from_seconds(1_787_300_000));
        let vendor = vendor::Vendor::start(clock.clone()).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut idv = Vendor::doorward(&vendor.base, "okta-acme", vendor::SECRET.into());
        idv.scopes = vec!["idv_flow_recovery".to_owned()];
        let world = OrgWorld {
            name: "Example Hospital".to_owned(),
            base: Url::parse(&format!("http://127.0.0.1:{port}")).unwrap(),
            domains: vec![Url::parse(&format!("http://localhost:{port}")).unwrap()],
            vendor: idv,
            authenticator: Some(Authenticator::doorward(
                &vendor.base,
                "okta-factor",
                vendor::SECRET.into(),
            )),
            users: vec![amina(), OktaUser::new("00uTomasDvorak000001", TOMAS, "Tomáš", "Dvořák")],
        };
        let org = OktaOrg::new(world, Arc::new(clock.clone()));
        doorward_contract::fake::serve(listener, org.router());
        Self { org, vendor, clock }
    }

    /// Amina asks for a new password, and her browser follows where it is sent.
    pub(crate) async fn recover(&self) -> Outcome {
        match self.org.begin(AMINA, Operation::Recover).await {
            Ok(there) => self.org.callback(&follow(&there).await).await,
            Err(fault) => panic!("the request was not pushed: {fault}"),
        }
    }

    /// Result and reason of the last event.
    pub(crate) fn last(&self) -> (String, String) {
        let verdict = self.org.system_log().pop().unwrap().outcome;
        (verdict.result, verdict.reason.unwrap_or_default())
    }

    pub(crate) fn wait(&self, minutes: u64) {
        self.clock.forward(Duration::from_secs(60 * minutes));
    }

    /// What the clock shows, in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }
}

fn amina() -> OktaUser {
    OktaUser {
        middle_name: Some("Ruth".to_owned()),
        birthdate: Some("1990-04-17".to_owned()),
        phone: Some("+442079460000".to_owned()),
        street_address: Some("1 Quay Street\nFlat 2".to_owned()),
        locality: Some("Bristol".to_owned()),
        region: Some("England".to_owned()),
        postal_code: Some("BS1 4DJ".to_owned()),
        country: Some("GB".to_owned()),
        password: Some("old-password".into()),
        ..OktaUser::new("00uAminaOkonkwo00001", AMINA, "Amina", "Okonkwo")
    }
}

/// One step of a browser: what the vendor's page sends it back with.
pub(crate) async fn follow(there: &Url) -> Return {
    let http = Http::new("a browser", std::slice::from_ref(there), Bounds::default()).unwrap();
    let answer = http.send(Ask::get(there.clone())).await.unwrap();
    assert_eq!(answer.status.as_u16(), 302);
    Return::of(&Url::parse(answer.header("location").unwrap()).unwrap())
}
