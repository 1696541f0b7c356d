//! What a reviewer is shown: pictures, what was read, what speaks against it. Personal: made anew for each look, kept by nobody.

use super::decide::Found;
use super::state::State;
use super::verifier::ASSURANCE;
use super::{Builtin, Error, parse};
use crate::store::Capture;
use doorward_builtin::document::Reading;
use doorward_builtin::mrz::Checked;
use doorward_builtin::watermark;
use doorward_contract::{Exhibit, Exhibits, ReadField, Reference, Shows, Timestamp};

/// Pictures in the order in which they are looked at, and what each shows.
const PICTURES: [(&str, Shows); 5] = [
    ("front", Shows::Front),
    ("back", Shows::Back),
    ("portrait", Shows::Portrait),
    ("selfie", Shows::Selfie),
    ("face", Shows::Face),
];
/// How frames are called: `frame-1`.
const FRAME: &str = "frame-";

impl Builtin {
    /// Everything there is to look at.
    pub(super) async fn shown(&self, reference: &Reference) -> Result<Exhibits, Error> {
        let Some((capture, state)) = self.kept(reference).await? else {
            return Ok(Exhibits::default());
        };
        let found = Found::of(&state);
        Ok(Exhibits {
            pictures: self.pictures(&capture, &state).await?,
            read: state.reading.as_ref().map(read).unwrap_or_default(),
            findings: found.remarks(),
            similarity: similarity(&state),
            assurance: ASSURANCE.to_owned(),
        })
    }

    /// A session that was not decided, over or not.
    pub(super) async fn kept(&self, reference: &Reference) -> Result<Option<(Capture, State)>, Error> {
        let found = self.0.store.capture_of(&self.reference_digest(reference)).await?;
        let found = found.filter(|capture| capture.drop_at > self.now());
        found
            .map(|capture| parse(&capture).map(|state| (capture, state)))
            .transpose()
    }

    async fn pictures(&self, capture: &Capture, state: &State) -> Result<Vec<Exhibit>, Error> {
        let kept = self.0.store.capture_pictures(capture).await?;
        let mut pictures = Vec::new();
        for (name, shows) in PICTURES {
            let found = kept.iter().find(|(known, _)| known == name);
            pictures.extend(found.map(|(name, at)| exhibit(name.clone(), shows, *at)));
        }
        for (step, (at, _)) in self
            .strip(capture, state)
            .await?
            .into_iter()
            .zip(1_u32..)
            .map(|(f, n)| (n, f))
        {
            pictures.push(exhibit(format!("{FRAME}{step}"), Shows::Frame(step), at));
        }
        Ok(pictures)
    }

    /// When the frames were taken that show the steps best, and their numbers.
    async fn strip(&self, capture: &Capture, state: &State) -> Result<Vec<(Timestamp, i64)>, Error> {
        let Some(judgement) = &state.selfie.judgement else {
            return Ok(Vec::new());
        };
        let frames = self.0.store.frames(capture, last_round(state)).await?;
        let chosen = judgement.strip.iter().filter_map(|at| frames.get(*at));
        Ok(chosen.map(|frame| (frame.at, frame.seq)).collect())
    }

    /// One picture with a mark all over it.
    pub(super) async fn marked(&self, reference: &Reference, name: &str, mark: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some((capture, state)) = self.kept(reference).await? else {
            return Ok(None);
        };
        let jpeg = match name.strip_prefix(FRAME) {
            None => self.0.store.capture_picture(&capture, name).await?,
            Some(step) => {
                let strip = self.strip(&capture, &state).await?;
                let step = step.parse::<usize>().ok().and_then(|step| step.checked_sub(1));
                match step.and_then(|step| strip.get(step)) {
                    Some((_, seq)) => self.frame_jpeg(&capture, &state, *seq).await?,
                    None => None,
                }
            }
        };
        let Some(jpeg) = jpeg else { return Ok(None) };
        let mark = mark.to_owned();
        let marking = move || watermark::marked_file(&jpeg, &mark);
        let marked = self.0.pool.run(marking).await?;
        Ok(Some(marked.map_err(Error::Refused)?))
    }

    async fn frame_jpeg(
        &self,
        capture: &Capture,
        state: &State,
        seq: i64,
    ) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Error> {
        let frame = self.0.store.frame_picture(capture, last_round(state), seq).await?;
        Ok(frame.map(|(_, jpeg)| jpeg))
    }
}

fn last_round(state: &State) -> u32 {
    u32::try_from(state.selfie.runs.len().saturating_sub(1)).unwrap_or(0)
}

fn exhibit(name: String, shows: Shows, taken_at: Timestamp) -> Exhibit {
    Exhibit { name, shows, taken_at }
}

/// How alike the faces are, to the hundredth, and the word for it.
pub(super) fn similarity(state: &State) -> Option<(String, String)> {
    let comparison = state.selfie.comparison.as_ref()?;
    let word = serde_json::to_value(comparison.likeness?).ok()?;
    Some((format!("{:.2}", comparison.similarity?), word.as_str()?.to_owned()))
}

fn read(reading: &Reading) -> Vec<ReadField> {
    let source = if reading.zone.is_some() { "zone" } else { "barcode" };
    let holds = |over: Checked| {
        let checks = &reading.zone.as_ref()?.zone.checks;
        checks.iter().find(|check| check.over == over).map(|check| check.holds)
    };
    let kind = serde_json::to_value(reading.kind).ok();
    let kind = kind.and_then(|kind| kind.as_str().map(str::to_owned));
    let birth = reading.birth.map(|birth| match (birth.full(), birth.month) {
        (Some(date), _) => date.to_string(),
        (None, Some(month)) => format!("{:04}-{month:02}", birth.year),
        (None, None) => format!("{:04}", birth.year),
    });
    [
        ("family_name", reading.family.clone(), None),
        ("given_names", reading.given.clone(), None),
        ("birth_date", birth, holds(Checked::Birth)),
        ("number", reading.number.clone(), holds(Checked::Number)),
        ("issuer", reading.country.clone(), None),
        (
            "expiry",
            reading.expiry.map(|date| date.to_string()),
            holds(Checked::Expiry),
        ),
        ("kind", kind, None),
    ]
    .into_iter()
    .filter_map(|(field, value, checked)| {
        Some(ReadField {
            field: field.to_owned(),
            value: value?,
            source: source.to_owned(),
            checked,
        })
    })
    .collect()
}
