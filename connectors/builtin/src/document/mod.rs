//! One document: what its sides say, whether they agree, and what a reviewer should see first.
//!
//! Everything that is read goes through here: zones and barcodes of the front and the back, held against each other and against today. Nothing
//! here says "genuine": both codes are unsigned and anybody can print them. What cannot be true is a [`Contradiction`]; what is odd is a
//! [`Signal`]; which of them ends a case is the gateway's decision.

mod agree;
pub(crate) mod outline;
mod word;

use std::cell::Cell;

use chrono::{Days, NaiveDate};

use crate::aamva::{self, Card};
use crate::barcode::{self, Barcode};
use crate::error::Error;
use crate::intake::Picture;
use crate::model::Models;
use crate::mrz::{Format, Zone};
use crate::quality;
use crate::raster::{Grey, Point};
use crate::recapture;
use crate::replay::Look;
use crate::zone;

pub use agree::Part;
pub use word::{Contradiction, Kind, Reading, Side, Sides, Signal, Unwanted, Wanted};

/// What was read on one side.
struct Seen {
    side: Side,
    zone: Option<zone::Found>,
    card: Option<Card>,
    corners: Option<[Point; 4]>,
    look: Look,
    digest: [u8; 32],
}

/// Reads a document. `go_on` is asked before each try of a code; when it says no, what was read so far counts.
pub fn read(
    models: &Models,
    sides: &Sides<'_>,
    wanted: &Wanted,
    today: NaiveDate,
    go_on: &dyn Fn() -> bool,
) -> Result<Reading, Error> {
    let mut signals = Vec::new();
    let mut seen = look_at(models, sides, wanted, today, go_on, &mut signals)?;
    if seen.iter().any(|seen| seen.card.is_some()) {
        for seen in &mut seen {
            seen.zone = seen.zone.take().filter(is_certain);
        }
    }
    let mut contradictions = agree::sides(&seen, &mut signals);
    let corner = |index: usize| seen.get(index).and_then(|seen| seen.corners);
    let corners = [corner(0), corner(1)];
    let looks = [seen.first().map(|seen| seen.look), seen.get(1).map(|seen| seen.look)];
    let card = seen.iter().find_map(|seen| seen.card.clone());
    // Of two zones the better counts; that they agree was looked at above.
    let zone = seen
        .iter()
        .filter_map(|seen| seen.zone.clone())
        .max_by(|a, b| a.confidence.total_cmp(&b.confidence));
    if let Some(found) = &zone {
        findings_of_zone(found, &mut contradictions, &mut signals);
    }
    if let Some(card) = &card {
        findings_of_card(card, &mut contradictions, &mut signals);
    }
    let mut reading = collect(zone, card);
    reading.corners = corners;
    reading.looks = looks;
    let last = reading
        .expiry
        .and_then(|expiry| expiry.checked_add_days(Days::new(wanted.grace)));
    if last.is_some_and(|last| last < today) {
        contradictions.push(Contradiction::Expired);
    }
    reading.unwanted = unwanted(&reading, wanted);
    signals.extend(agree::unread(&reading));
    (reading.contradictions, reading.signals) = (contradictions, signals);
    Ok(reading)
}

/// Beside a barcode only what is surely a zone counts as one: print, stripes and patterns are taken for one now and then, and read as
/// something that nobody wrote.
fn is_certain(found: &zone::Found) -> bool {
    found.zone.holds() || found.confidence > zone::Found::CERTAIN
}

/// Both sides, each for the codes that may be on it.
fn look_at(
    models: &Models,
    sides: &Sides<'_>,
    wanted: &Wanted,
    today: NaiveDate,
    go_on: &dyn Fn() -> bool,
    signals: &mut Vec<Signal>,
) -> Result<Vec<Seen>, Error> {
    let north = wanted.countries.is_empty() || wanted.countries.iter().any(|code| code == "USA" || code == "CAN");
    let bars = north
        && wanted
            .kinds
            .iter()
            .any(|kind| matches!(kind, Kind::DrivingLicence | Kind::IdentityCard));
    let zones = wanted.kinds.iter().any(|kind| *kind != Kind::DrivingLicence);
    // Bars are on the back of a card; on a front they are looked for only if that is all there is.
    let front = Codes {
        zones,
        bars: bars && sides.back.is_none(),
    };
    let mut seen = vec![look(models, (Side::Front, sides.front), front, today, go_on, signals)?];
    if let Some(back) = sides.back {
        seen.push(look(
            models,
            (Side::Back, back),
            Codes { zones, bars },
            today,
            go_on,
            signals,
        )?);
    }
    if let [front, Seen { card: Some(_), .. }] = seen.as_mut_slice() {
        let again = barcode::read(&sides.front.grey(), &at_most(BACK_TWICE, go_on));
        front.card = again.and_then(|again| Card::parse(&again.text).ok());
    }
    Ok(seen)
}

/// Which codes are looked for.
#[derive(Clone, Copy)]
struct Codes {
    zones: bool,
    bars: bool,
}

fn look(
    models: &Models,
    (side, picture): (Side, &Picture),
    codes: Codes,
    today: NaiveDate,
    go_on: &dyn Fn() -> bool,
    signals: &mut Vec<Signal>,
) -> Result<Seen, Error> {
    let grey = picture.grey();
    // A code that is easily read comes first: looking for a zone that is not there takes most of the time there is.
    let first = if codes.bars {
        barcode::read(&grey, &at_most(AT_FIRST, go_on))
    } else {
        None
    };
    let zone = if codes.zones {
        zone::read(models, &grey, today, go_on)?
    } else {
        None
    };
    let zone = zone.filter(|found| found.confidence > LEGIBLE);
    let bars = first.or_else(|| bars(&grey, zone.as_ref(), codes, go_on));
    let card = bars.as_ref().and_then(|bars| Card::parse(&bars.text).ok());
    let by_bars = bars
        .as_ref()
        .and_then(|bars| bars.corners)
        .map(|corners| outline::by_bars(&corners));
    let corners = zone
        .as_ref()
        .map(|found| outline::by_zone(&found.corners, found.zone.format))
        .or(by_bars);
    for hint in quality::hints(&grey, corners.as_ref(), &quality::Limits::default()) {
        signals.push(Signal::Quality(side, hint));
    }
    signals.extend(
        recapture::traces(&grey)
            .into_iter()
            .map(|trace| Signal::Recapture(side, trace)),
    );
    if picture.exif().edited() {
        signals.push(Signal::Edited(side));
    }
    let look = Look::of(&grey, corners.as_ref());
    Ok(Seen {
        side,
        zone,
        card,
        corners,
        look,
        digest: *picture.digest(),
    })
}

/// Less certain, what looks like a zone is something else, or nothing that can be read.
const LEGIBLE: f32 = -0.5;
/// Tries of a barcode before a zone is looked for: those that read most photographs.
const AT_FIRST: u32 = 3;
/// Tries of a barcode on a side whose zone was read: most have none, and one that is there is read as easily as the zone was.
const BESIDE_A_ZONE: u32 = 10;

/// Tries of a barcode on the front, when the back had one: somebody may have sent the back twice.
const BACK_TWICE: u32 = 3;

fn at_most(tries: u32, go_on: &dyn Fn() -> bool) -> impl Fn() -> bool {
    let left = Cell::new(tries);
    move || {
        let before = left.get();
        left.set(before.saturating_sub(1));
        before > 0 && go_on()
    }
}

fn bars(grey: &Grey, zone: Option<&zone::Found>, codes: Codes, go_on: &dyn Fn() -> bool) -> Option<Barcode> {
    match zone.filter(|found| found.accepted()).map(|found| found.zone.format) {
        _ if !codes.bars => None,
        None => barcode::read(grey, go_on),
        Some(Format::Td1) => barcode::read(grey, &at_most(BESIDE_A_ZONE, go_on)),
        // Passports and their like have no barcode beside their zone.
        Some(_) => None,
    }
}

fn findings_of_zone(found: &zone::Found, contradictions: &mut Vec<Contradiction>, signals: &mut Vec<Signal>) {
    let certain = found.confidence > zone::Found::CERTAIN;
    let failing = found.zone.checks.iter().filter(|check| !check.holds);
    if certain {
        contradictions.extend(failing.map(|check| Contradiction::CheckDigit(check.over)));
    } else {
        // Signs that are not clear prove nothing against the document.
        signals.push(Signal::Uncertain);
    }
    signals.extend(found.zone.repairs.iter().map(|repair| Signal::Repaired(repair.over)));
    if found.width() < zone::Found::NARROW {
        signals.push(Signal::Narrow);
    }
    if found.zone.cut {
        signals.push(Signal::CutNames);
    }
}

fn findings_of_card(card: &Card, contradictions: &mut Vec<Contradiction>, signals: &mut Vec<Signal>) {
    contradictions.extend(aamva::conflicts(card).into_iter().map(Contradiction::Card));
    signals.extend(card.leniencies.iter().map(|leniency| Signal::Leniency(*leniency)));
    signals.extend(aamva::doubts(card).into_iter().map(Signal::Doubt));
    if card.cut() {
        signals.push(Signal::CutNames);
    }
}

/// What the codes say together; the zone first, because its digits are checked.
fn collect(zone: Option<zone::Found>, card: Option<Card>) -> Reading {
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let by_zone = zone.as_ref().map(|found| &found.zone);
    let given = |card: &Card| match (card.first(), card.middle()) {
        (Some(first), Some(middle)) => Some(format!("{first} {middle}")),
        (first, middle) => first.or(middle),
    };
    let card_country = |card: &Card| {
        let known = aamva::issuer(&card.issuer).map(|issuer| issuer.country.code().to_owned());
        known.or_else(|| card.get("DCG").map(str::to_owned))
    };
    Reading {
        kind: by_zone
            .and_then(kind_of_zone)
            .or_else(|| card.as_ref().map(kind_of_card)),
        country: by_zone
            .and_then(|zone| country(&zone.issuer))
            .or_else(|| card.as_ref().and_then(card_country)),
        number: by_zone
            .and_then(|zone| said(&zone.number))
            .or_else(|| card.as_ref().and_then(Card::number)),
        family: by_zone
            .and_then(|zone| said(&zone.family))
            .or_else(|| card.as_ref().and_then(Card::family)),
        given: by_zone
            .and_then(|zone| said(&zone.given))
            .or_else(|| card.as_ref().and_then(given)),
        suffix: card.as_ref().and_then(|card| card.suffix().map(str::to_owned)),
        birth: by_zone
            .and_then(|zone| zone.birth)
            .or_else(|| card.as_ref().and_then(|card| card.birth.map(Into::into))),
        expiry: by_zone
            .and_then(|zone| zone.expiry)
            .or_else(|| card.as_ref().and_then(|card| card.expiry)),
        zone,
        card,
        corners: [None; 2],
        looks: [None; 2],
        contradictions: Vec::new(),
        signals: Vec::new(),
        unwanted: None,
    }
}

fn kind_of_zone(zone: &Zone) -> Option<Kind> {
    match (zone.format, zone.code.chars().next()?) {
        (Format::MrvA | Format::MrvB, _) => Some(Kind::Visa),
        (_, 'P') => Some(Kind::Passport),
        (_, 'I' | 'A' | 'C') => Some(Kind::IdentityCard),
        _ => None,
    }
}

fn kind_of_card(card: &Card) -> Kind {
    if card.kind == "ID" {
        Kind::IdentityCard
    } else {
        Kind::DrivingLicence
    }
}

/// ICAO 9303 part 3 §5: Germany has one letter, British nationals have their own codes; all others are those of ISO 3166.
fn country(issuer: &str) -> Option<String> {
    let code = match issuer {
        "" => return None,
        "D" => "DEU",
        "GBD" | "GBN" | "GBO" | "GBP" | "GBS" => "GBR",
        "RKS" => "XKX",
        other => other,
    };
    Some(code.to_owned())
}

fn unwanted(reading: &Reading, wanted: &Wanted) -> Option<Unwanted> {
    let kind = reading.kind?;
    if !wanted.kinds.contains(&kind) {
        return Some(Unwanted::Kind);
    }
    let known = |country: &String| wanted.countries.contains(country);
    let refused = !wanted.countries.is_empty() && !reading.country.as_ref().is_some_and(known);
    refused.then_some(Unwanted::Country)
}
