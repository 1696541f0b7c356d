//! Measures how often barcodes and zones of specimens are read, and writes `rates.md`.
//!
//! `cargo run -p doorward-builtin --release --features specimen --example rates`. Seeds are fixed: who runs it again gets the same pictures.
//! CPU time and memory are read from `/proc`, so it runs on Linux. Patience is measured in CPU time too: a busy machine changes no rate.
#![expect(clippy::print_stdout, reason = "it shows how far it is")]

mod whole;

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;
use doorward_builtin::document::{self, Kind, Sides, Wanted};
use doorward_builtin::intake::Refused;
use doorward_builtin::raster::Grey;
use doorward_builtin::specimen::{Bearer, Chance, Format, Level, Licence, Shot, Side, barcode, draw, lines};
use doorward_builtin::{Models, Picture, barcode as bars, zone};

/// Ticks of `/proc/self/stat` in a second, on every Linux that we know.
const TICKS: f64 = 100.0;
/// What the gateway gives a barcode, in CPU seconds.
const PATIENCE: f64 = 1.5;
const EACH_BARCODE: usize = 16;
const EACH_ZONE: usize = 20;
const WITHOUT: usize = 20;

/// Conditions of barcode photographs: card width in pixels, turn at most (from 40° on: exactly), perspective, blur, noise, JPEG quality.
const CONDITIONS: [Condition; 18] = [
    (700.0, 0.0, 0.0, 0.0, 2.0, 90),
    (900.0, 0.0, 0.0, 0.5, 4.0, 85),
    (1_000.0, 3.0, 0.01, 0.6, 5.0, 80),
    (1_400.0, 3.0, 0.01, 0.6, 5.0, 80),
    (1_400.0, 8.0, 0.02, 0.8, 6.0, 80),
    (1_400.0, 15.0, 0.02, 0.8, 6.0, 80),
    (1_400.0, 3.0, 0.02, 1.5, 6.0, 75),
    (2_000.0, 5.0, 0.02, 1.0, 8.0, 75),
    (2_000.0, 5.0, 0.05, 1.0, 8.0, 75),
    (2_000.0, 5.0, 0.02, 2.5, 8.0, 70),
    (2_000.0, 5.0, 0.02, 1.5, 20.0, 60),
    (2_800.0, 5.0, 0.03, 2.0, 8.0, 75),
    (1_400.0, 180.0, 0.01, 0.8, 6.0, 80),
    (1_400.0, 90.0, 0.01, 0.8, 6.0, 80),
    (1_400.0, 45.0, 0.01, 0.8, 6.0, 80),
    (1_400.0, 3.0, 0.02, 2.2, 6.0, 75),
    // Beyond what is promised: bars run into one another; modules are a pixel and a half wide.
    (1_400.0, 3.0, 0.02, 3.5, 6.0, 75),
    (500.0, 3.0, 0.01, 0.5, 5.0, 80),
];
type Condition = (f32, f32, f32, f32, f32, u8);
const PROMISED: usize = 16;

#[derive(Default)]
struct Tally {
    all: usize,
    right: usize,
    wrong: usize,
    accepted: usize,
    accepted_wrong: usize,
    cpu: f64,
    slowest: f64,
}

impl Tally {
    fn add(&mut self, cpu: f64) {
        self.all += 1;
        self.cpu += cpu;
        self.slowest = self.slowest.max(cpu);
    }

    fn mean_ms(&self) -> f64 {
        let all = u32::try_from(self.all).map_or(1.0, f64::from);
        1_000.0 * self.cpu / all.max(1.0)
    }

    /// A line of the table of whole documents.
    fn row(&self, page: &mut String, name: &str) -> std::fmt::Result {
        let (mean, slowest) = (self.mean_ms(), self.slowest * 1_000.0);
        writeln!(
            page,
            "| {name} | {}/{} | {mean:.0} | {slowest:.0} |",
            self.right, self.all
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = Models::open(&folder.join("models"));
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).ok_or("a day")?;
    let mut page = String::from(HEAD);
    // First, while nothing else has taken memory.
    let mut costs = String::new();
    whole::verifications(&mut costs, today, &cpu, &memory)?;
    barcodes(&mut page)?;
    zones(&mut page, &models, today)?;
    turned(&mut page, &models, today)?;
    nothing(&mut page, &models, today)?;
    documents(&mut page, &models, today)?;
    whole::looks(&mut page, &models, today)?;
    page.push_str(&costs);
    let peak = memory()?;
    let profile = if cfg!(debug_assertions) {
        "dev (libraries and crate optimised)"
    } else {
        "release"
    };
    writeln!(
        page,
        "\nHighest memory of the whole run, drawing of the specimens included: {peak}. Build profile: {profile}."
    )?;
    std::fs::write(folder.join("rates.md"), page)?;
    Ok(())
}

const HEAD: &str = "# Reading rates\n\n\
Written by `cargo run -p doorward-builtin --release --features specimen --example rates`; not edited by hand.\n\n\
All pictures are drawn and photographed in code with fixed seeds (`src/specimen`). They say how the reading bears blur, noise, turns and perspective; \
they do not say how it does on worn cards, on real cameras or on anybody's design, and from sets of this size nothing better than about one in \
a hundred can be claimed. CPU time is for one reading, decoding of the JPEG file not included.\n";

fn barcodes(page: &mut String) -> Result<(), Box<dyn Error>> {
    let licence = Licence::example(10);
    let text = licence.text();
    let code = barcode(&text, 13).ok_or("the text fits")?;
    page.push_str("\n## Barcodes (PDF417, 13 columns, level 5)\n\nLimit: 1.5 s for each picture.\n\n");
    page.push_str("| card, px | turn | perspective | blur | noise | JPEG | read | wrong | CPU ms, mean | slowest |\n|---|---|---|---|---|---|---|---|---|---|\n");
    let mut chance = Chance::new(417);
    let mut promised = (0, 0);
    for (index, condition) in CONDITIONS.into_iter().enumerate() {
        let (width, turn, perspective, blur, noise, quality) = condition;
        let mut tally = Tally::default();
        for seed in (0_u64..).take(EACH_BARCODE) {
            let picture = card(&code, seed, condition, &mut chance)?;
            let before = cpu()?;
            let found = bars::read(&picture, &|| cpu().is_ok_and(|now| now - before < PATIENCE));
            tally.add(cpu()? - before);
            match found {
                Some(found) if found.text == text => tally.right += 1,
                Some(_) => tally.wrong += 1,
                None => {}
            }
        }
        if index < PROMISED {
            promised = (promised.0 + tally.right, promised.1 + tally.all);
        }
        let turn = if turn < 40.0 {
            format!("±{turn}°")
        } else {
            format!("{turn}°")
        };
        let row = format!(
            "| {width} | {turn} | {perspective} | {blur} | {noise} | {quality} | {}/{} | {} | {:.0} | {:.0} |",
            tally.right,
            tally.all,
            tally.wrong,
            tally.mean_ms(),
            tally.slowest * 1_000.0
        );
        println!("{row}");
        writeln!(page, "{row}")?;
    }
    writeln!(
        page,
        "\nThe last two rows are beyond what can be promised. The others together: {} of {}.",
        promised.0, promised.1
    )?;
    Ok(())
}

/// The back of a licence, photographed so.
fn card(code: &Grey, seed: u64, condition: Condition, chance: &mut Chance) -> Result<Grey, Refused> {
    let (width, turn, perspective, blur, noise, quality) = condition;
    let sheet = draw(&Side::Bars { code, lines: &[] }, seed);
    let turn = if turn < 40.0 { chance.between(-turn, turn) } else { turn };
    let shot = Shot {
        width,
        turn,
        perspective,
        blur,
        noise,
        light: (0.85, 0.25),
        glare: 0.0,
        quality,
    };
    Ok(Picture::open(&shot.take(&sheet, chance))?.grey())
}

const ZONE_HEAD: &str = "| set | exact | all digits hold | accepted | accepted but wrong | CPU ms, mean | slowest |\n|---|---|---|---|---|---|---|\n";

fn zones(page: &mut String, models: &Models, today: NaiveDate) -> Result<(), Box<dyn Error>> {
    page.push_str("\n## Machine-readable zones\n\n");
    page.push_str(ZONE_HEAD);
    let mut chance = Chance::new(9303);
    let mut sum = (0, 0);
    for level in Level::ALL {
        for format in Format::ALL {
            let mut tally = Tally::default();
            for seed in (0_u64..).take(EACH_ZONE) {
                let shot = Shot::of(level, &mut chance);
                one(models, today, (format, seed), shot, &mut chance, &mut tally)?;
            }
            sum = (sum.0 + tally.right, sum.1 + tally.all);
            row(page, &format!("{level:?}, {format:?}"), &tally)?;
        }
    }
    writeln!(page, "\nTogether exact: {} of {}.", sum.0, sum.1)?;
    Ok(())
}

fn turned(page: &mut String, models: &Models, today: NaiveDate) -> Result<(), Box<dyn Error>> {
    page.push_str("\nTurned, and far away (photographed as most people do, passports):\n\n");
    page.push_str(ZONE_HEAD);
    let mut chance = Chance::new(3039);
    let sets = [
        ("turned by 90°", 90.0, 1_500.0),
        ("turned by 180°", 180.0, 1_500.0),
        ("turned by 25°", 25.0, 1_500.0),
        ("600 px wide", 2.0, 600.0),
    ];
    for (name, turn, width) in sets {
        let mut tally = Tally::default();
        for seed in (0_u64..).take(EACH_ZONE) {
            let shot = Shot {
                turn,
                width,
                ..Shot::of(Level::Usual, &mut chance)
            };
            one(models, today, (Format::Td3, seed), shot, &mut chance, &mut tally)?;
        }
        row(page, name, &tally)?;
    }
    Ok(())
}

fn one(
    models: &Models,
    today: NaiveDate,
    (format, seed): (Format, u64),
    shot: Shot,
    chance: &mut Chance,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let bearer = Bearer::random(chance);
    let written = lines(format, &bearer);
    let sheet = draw(
        &Side::Zone {
            format,
            lines: &written,
            portrait: None,
        },
        seed,
    );
    let picture = Picture::open(&shot.take(&sheet, chance))?.grey();
    let before = cpu()?;
    let found = zone::read(models, &picture, today, &|| true)?;
    tally.add(cpu()? - before);
    if let Some(found) = found {
        let exact = found.lines == written;
        tally.right += usize::from(exact);
        tally.wrong += usize::from(found.zone.holds());
        tally.accepted += usize::from(found.accepted());
        tally.accepted_wrong += usize::from(found.accepted() && !exact);
    }
    Ok(())
}

fn row(page: &mut String, name: &str, tally: &Tally) -> Result<(), std::fmt::Error> {
    let Tally {
        all,
        right,
        wrong: holds,
        accepted,
        accepted_wrong,
        slowest,
        ..
    } = tally;
    let row = format!(
        "| {name} | {right}/{all} | {holds} | {accepted} | {accepted_wrong} | {:.0} | {:.0} |",
        tally.mean_ms(),
        slowest * 1_000.0
    );
    println!("{row}");
    writeln!(page, "{row}")
}

/// Fronts of cards have no code: finding one there would be worse than finding none.
fn nothing(page: &mut String, models: &Models, today: NaiveDate) -> Result<(), Box<dyn Error>> {
    let mut chance = Chance::new(404);
    let (mut zones, mut codes) = (0, 0);
    for seed in (0_u64..).take(WITHOUT) {
        let words = ["SAMPLETON", "MORGAN LEE", "29 FEB 1988", "T64235789"];
        let sheet = draw(
            &Side::Front {
                portrait: None,
                words: &words,
            },
            seed,
        );
        let picture = Picture::open(&Shot::of(Level::Usual, &mut chance).take(&sheet, &mut chance))?.grey();
        let before = cpu()?;
        codes += usize::from(bars::read(&picture, &|| cpu().is_ok_and(|now| now - before < PATIENCE)).is_some());
        let found = zone::read(models, &picture, today, &|| true)?;
        zones += usize::from(found.is_some_and(|found| found.zone.holds()));
    }
    writeln!(
        page,
        "\nOn {WITHOUT} fronts without any code: {zones} zones whose digits hold, {codes} barcodes."
    )?;
    Ok(())
}

/// What the gateway pays for: files in, findings out.
fn documents(page: &mut String, models: &Models, today: NaiveDate) -> Result<(), Box<dyn Error>> {
    const EACH: u64 = 10;
    let mut chance = Chance::new(1_000);
    let licence = Licence::example(10);
    let code = barcode(&licence.text(), 13).ok_or("the text fits")?;
    page.push_str("\n## Whole documents\n\nFrom files to findings: decoding, codes, quality, traces, digests.\n\n");
    page.push_str("| document | readable without contradiction | CPU ms, mean | slowest |\n|---|---|---|---|\n");
    for licensed in [false, true] {
        let mut tally = Tally::default();
        for seed in 0..EACH {
            let written = lines(Format::Td3, &Bearer::random(&mut chance));
            let passport = Side::Zone {
                format: Format::Td3,
                lines: &written,
                portrait: None,
            };
            let (front, back) = (
                Side::Front {
                    portrait: None,
                    words: &["SAMPLETON"],
                },
                Side::Bars {
                    code: &code,
                    lines: &[],
                },
            );
            let sides = if licensed { vec![front, back] } else { vec![passport] };
            let mut files = Vec::new();
            for side in &sides {
                files.push(Shot::of(Level::Usual, &mut chance).take(&draw(side, seed), &mut chance));
            }
            let before = cpu()?;
            let pictures = files
                .iter()
                .map(|file| Picture::open(file))
                .collect::<Result<Vec<_>, _>>()?;
            let sides = Sides {
                front: pictures.first().ok_or("a front")?,
                back: pictures.get(1),
            };
            let patience = || cpu().is_ok_and(|now| now - before < PATIENCE);
            // As the gateway asks: for the kind that the person chose.
            let kind = if licensed { Kind::DrivingLicence } else { Kind::Passport };
            let wanted = Wanted {
                kinds: vec![kind],
                ..Wanted::default()
            };
            let reading = document::read(models, &sides, &wanted, today, &patience)?;
            tally.add(cpu()? - before);
            tally.right += usize::from(reading.readable() && reading.contradictions.is_empty());
        }
        tally.row(
            page,
            if licensed {
                "licence, front and back"
            } else {
                "passport"
            },
        )?;
    }
    Ok(())
}

/// The most memory that this process had at once so far.
fn memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = peak
        .and_then(|peak| peak.split_whitespace().next())
        .ok_or("a peak")?
        .parse()?;
    Ok(format!("{} MiB", kilobytes / 1_024))
}

/// CPU seconds of this process so far: `utime` and `stime` of proc(5).
fn cpu() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or("a name in brackets")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
            .ok_or("a number")
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}
