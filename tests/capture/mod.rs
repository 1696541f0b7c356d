//! Sessions of the built-in verifier, from the first picture to the last row that goes: on both databases, with documents drawn in
//! code and people who were rendered.

mod document;
mod forgetting;
mod phone;
mod reuse;
mod selfie;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use chrono::NaiveDate;
use doorward::builtin::{Answer, Ask, Builtin, FrameAnswer, How, Next, Place, Prompt, Session, Settings, Side};
use doorward::crypto::seal::Key;
use doorward::store::{Settings as Database, Store};
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Shot, Side as Drawn, draw, lines};
use doorward_contract::clock::TurnedClock;
use doorward_contract::{
    CheckName, Clock, DocumentKind, Documents, Expectation, Here, Outcome, Proof, ProofRequest, Reference, StepKey,
    SubjectRef, Timestamp, Verifier,
};
use doorward_lab::postgres::Postgres;
use image::RgbImage;
use tempfile::TempDir;
use url::Url;

use crate::store::raw::Raw;

/// When these tests take place: 2026-11-21T10:00:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_255_200);
/// How long a case has.
const LIFETIME: Duration = Duration::from_mins(30);
/// Between two frames: nobody waits for it, the clock is turned.
const BETWEEN: Duration = Duration::from_millis(230);

/// Runs each of the named tests on either database, each in a fresh one.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::capture::Bench::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::capture::Bench::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// A verifier on a fresh database.
struct Bench {
    database: Database,
    master: Key,
    clock: TurnedClock,
    store: Store,
    builtin: Builtin,
    settings: Settings,
    _folder: TempDir,
}

impl Bench {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("doorward.db").display());
        Self::at(url, folder).await
    }

    async fn postgres() -> Self {
        Self::at(Postgres::shared().await.unwrap(), tempfile::tempdir().unwrap()).await
    }

    async fn at(url: String, folder: TempDir) -> Self {
        let database = Database {
            url: url.into(),
            connections: 4,
        };
        let (master, clock) = (Key::random(), TurnedClock::at(NOW));
        let store = Store::open(&database, &master).await.unwrap();
        store.migrate().await.unwrap();
        let settings = Settings {
            name: "own".to_owned(),
            models: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/connectors/builtin/models")),
            pictures_at_once: 2,
            keep_pictures: Duration::ZERO,
            remember_reuse: Duration::from_hours(24 * 400),
            step: Duration::from_secs(2),
            // Longer than in earnest, because machines that test are slow: what can be read is read in a tenth of a second.
            patience: Duration::from_secs(15),
        };
        let builtin = verifier(&settings, &store, &clock, &master);
        Self {
            database,
            master,
            clock,
            store,
            builtin,
            settings,
            _folder: folder,
        }
    }

    /// The verifier of another node, or of this one after it was killed.
    async fn another(&self) -> Builtin {
        let store = Store::open(&self.database, &self.master).await.unwrap();
        verifier(&self.settings, &store, &self.clock, &self.master)
    }

    async fn raw(&self) -> Raw {
        Raw::open(&self.database).await
    }

    /// A proof that begins.
    async fn proof(&self, request: &ProofRequest) -> (Reference, Session) {
        let started = self.builtin.start(request).await.unwrap();
        let session = self.builtin.session(&started.reference).await.unwrap();
        (started.reference, session)
    }

    async fn session(&self, reference: &Reference) -> Session {
        self.builtin.session(reference).await.unwrap()
    }

    /// Reads a proof as the flow does.
    async fn read(&self, reference: &Reference, request: &ProofRequest) -> Proof {
        let expect = Expectation {
            subject: request.subject.clone(),
            against: None,
            created_after: NOW,
            required: vec![CheckName::GovernmentId, CheckName::Selfie, CheckName::FaceMatch],
        };
        self.builtin.read(reference, &expect).await.unwrap()
    }

    /// A picture of the front of a passport.
    async fn passport(&self, session: &Session, file: &[u8]) -> Answer {
        // Chosen already, unless it is the first try.
        let chosen = self.builtin.choose(session, DocumentKind::Passport).await;
        let session = chosen.unwrap_or_else(|_| session.clone());
        let file = Bytes::copy_from_slice(file);
        self.builtin.side(&session, Side::Front, file, camera()).await.unwrap()
    }

    /// Does what is asked, as somebody does whose film it is; what comes after the last step.
    async fn challenge(&self, session: &Session, film: &[Vec<u8>]) -> Next {
        let mut prompt = self.builtin.begin_selfie(session).await.unwrap();
        loop {
            match self.step(session, &prompt, film).await {
                Next::Step(next) => prompt = next,
                next => return next,
            }
        }
    }

    /// Posts frames of one step until it is over.
    async fn step(&self, session: &Session, prompt: &Prompt, film: &[Vec<u8>]) -> Next {
        for at in 0.. {
            let answer = self
                .frame(session, prompt, &film[frame_of(prompt.ask, at) % film.len()])
                .await;
            if !matches!(answer.next, Next::Same) {
                return answer.next;
            }
        }
        unreachable!("a step's time ends")
    }

    async fn frame(&self, session: &Session, prompt: &Prompt, frame: &[u8]) -> FrameAnswer {
        self.clock.forward(BETWEEN);
        let frame = Bytes::copy_from_slice(frame);
        let (step, nonce) = (prompt.step, prompt.nonce.as_str());
        let answer = self.builtin.frame(session, step, nonce, frame, self.clock.now()).await;
        answer.unwrap()
    }

    /// The picture at the end of a challenge.
    async fn still(&self, session: &Session, nonce: &str, file: &[u8]) -> Answer {
        let file = Bytes::copy_from_slice(file);
        self.builtin.selfie(session, nonce, file, camera()).await.unwrap()
    }

    /// Everything that an honest person gives: a passport of the bearer's with their portrait, the challenge, and a picture.
    async fn everything(&self, session: &Session, passport: &[u8], person: &str) -> Answer {
        let Answer::Taken(session) = self.passport(session, passport).await else {
            panic!("the passport is good");
        };
        let Next::Still { nonce } = self.challenge(&session, &film(person)).await else {
            panic!("the film shows what is asked");
        };
        self.still(&session, &nonce, &selfie(person)).await
    }

    async fn rows(&self, table: &str) -> i64 {
        self.raw().await.number(&format!("select count(*) from {table}")).await
    }
}

fn verifier(settings: &Settings, store: &Store, clock: &TurnedClock, master: &Key) -> Builtin {
    Builtin::new(settings.clone(), store.clone(), Arc::new(clock.clone()), master).unwrap()
}

/// What is asked of the verifier for one case.
fn request(case: &str) -> ProofRequest {
    ProofRequest {
        key: StepKey(format!("{case}/proof/1")),
        subject: SubjectRef(format!("subject of {case}")),
        against: None,
        return_url: Url::parse("https://recover.example.com/return/own").unwrap(),
        lifetime: LIFETIME,
        language: None,
        here: Here {
            number: case.to_owned(),
            account: None,
            login: Some(format!("login of {case}")),
            documents: Documents::default(),
        },
    }
}

fn camera() -> How {
    How {
        camera: Some("camera2 0, facing back".to_owned()),
        agent: "Mozilla/5.0 (Linux; Android 16)".to_owned(),
        ..How::default()
    }
}

/// Somebody who has papers of UTO.
fn maria() -> Bearer {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    Bearer {
        family: "SAMPLETON".to_owned(),
        given: "MORGAN LEE".to_owned(),
        number: "L7K294P1X".to_owned(),
        issuer: "UTO".to_owned(),
        nationality: "UTO".to_owned(),
        sex: 'F',
        birth: day(1988, 2, 29),
        expiry: day(2031, 2, 28),
        optional: String::new(),
    }
}

/// A photograph of a passport with somebody's portrait; another seed is another moment.
fn passport(bearer: &Bearer, portrait: &str, seed: u64) -> Vec<u8> {
    page(&lines(Format::Td3, bearer), portrait, seed)
}

fn page(lines: &[String], portrait: &str, seed: u64) -> Vec<u8> {
    let portrait = picture(&format!("{portrait}-portrait.jpg"));
    let side = Drawn::Zone {
        format: Format::Td3,
        lines,
        portrait: Some(&portrait),
    };
    let mut chance = Chance::new(seed);
    let shot = Shot {
        glare: 0.0,
        ..Shot::of(Level::Easy, &mut chance)
    };
    shot.take(&draw(&side, seed), &mut chance)
}

fn people(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/lab/assets/people")
        .join(name)
}

fn picture(name: &str) -> RgbImage {
    image::load_from_memory(&std::fs::read(people(name)).unwrap())
        .unwrap()
        .into_rgb8()
}

/// A picture that somebody took of themselves.
fn selfie(person: &str) -> Vec<u8> {
    std::fs::read(people(&format!("{person}-selfie.jpg"))).unwrap()
}

/// The frames of a film, as files.
fn film(name: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(people(&format!("{name}.mjpeg"))).unwrap();
    let mut starts: Vec<_> = (0..bytes.len() - 2)
        .filter(|at| bytes[*at..at + 3] == [0xFF, 0xD8, 0xFF])
        .collect();
    starts.push(bytes.len());
    starts.windows(2).map(|ends| bytes[ends[0]..ends[1]].to_vec()).collect()
}

/// Which frame of a film shows what is asked: where it holds still, as the films' own README has it.
fn frame_of(ask: Ask, at: usize) -> usize {
    let (first, held) = match ask {
        Ask::Straight => (0, 14),
        Ask::Left => (28, 16),
        Ask::Right => (85, 16),
        Ask::Closer => (142, 16),
    };
    first + at * 3 % held
}

fn reasons(outcome: &Outcome) -> Vec<&str> {
    match outcome {
        Outcome::Declined { reasons } | Outcome::Review { reasons } | Outcome::Foreign { reasons } => {
            reasons.iter().map(String::as_str).collect()
        }
        _ => Vec::new(),
    }
}

fn declined(proof: &Proof) -> Vec<&str> {
    assert!(matches!(proof.outcome, Outcome::Declined { .. }), "{:?}", proof.outcome);
    assert!(proof.person.is_none(), "whoever is declined is nobody");
    reasons(&proof.outcome)
}
