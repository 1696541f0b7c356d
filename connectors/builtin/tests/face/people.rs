//! Pictures and films from `tests/lab/assets/people`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use doorward_builtin::Models;
use doorward_builtin::face::{Faces, Limits};
use image::RgbImage;

/// Everybody who was rendered.
pub(crate) const PEOPLE: [&str; 8] = [
    "maria-silva",
    "maria-silva-younger",
    "juergen-mueller",
    "charlotte-van-den-berg",
    "amara-okafor",
    "aiko-tanaka",
    "omar-al-rashid",
    "stranger",
];

static FACES: LazyLock<Faces> = LazyLock::new(|| {
    let models = Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models"));
    Faces::open(Arc::new(models), Limits::default())
});

/// The models, loaded once for all tests.
pub(crate) fn faces() -> &'static Faces {
    &FACES
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lab/assets/people")
}

fn picture(name: &str) -> RgbImage {
    image::open(folder().join(name)).expect(name).into_rgb8()
}

/// The picture on somebody's document.
pub(crate) fn portrait(person: &str) -> RgbImage {
    picture(&format!("{person}-portrait.jpg"))
}

/// A picture that they took of themselves.
pub(crate) fn selfie(person: &str) -> RgbImage {
    picture(&format!("{person}-selfie.jpg"))
}

/// The frames of a film, as files.
pub(crate) fn film(name: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(folder().join(format!("{name}.mjpeg"))).expect(name);
    let mut starts: Vec<_> = bytes
        .windows(3)
        .enumerate()
        .filter(|(_, three)| *three == [0xFF, 0xD8, 0xFF])
        .map(|(at, _)| at)
        .collect();
    starts.push(bytes.len());
    starts.windows(2).map(|ends| bytes[ends[0]..ends[1]].to_vec()).collect()
}

/// One frame of a film.
pub(crate) fn frame(film: &[Vec<u8>], at: usize) -> RgbImage {
    image::load_from_memory(&film[at % film.len()])
        .expect("a frame")
        .into_rgb8()
}
