//! The words of these screens, in the file of words under `[capture.…]`.

use serde::Deserialize;

use super::{fault, hint, kind, phone, place, said, selfie, side};

/// Every word of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pages) struct Words {
    pub(super) place: place::Words,
    pub(super) scan: place::ScanWords,
    pub(super) confirm: place::ConfirmWords,
    pub(super) follow: place::FollowWords,
    pub(super) door: phone::DoorWords,
    pub(super) phone: phone::Words,
    pub(super) kind: kind::Words,
    pub(super) side: side::Words,
    pub(super) selfie: selfie::Words,
    pub(super) camera: side::CameraWords,
    pub(super) hint: hint::Words,
    pub(super) fault: fault::Words,
    pub(super) said: said::Words,
}
