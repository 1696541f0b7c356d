//! The addresses and field names that the forms and scripts of the pages use. The edge mounts these very constants, so
//! that a page never posts to where nobody listens.

/// The case of this browser, whatever it needs next (`GET`).
pub const CASE: &str = "/case";
/// Where the case stands, as JSON `{"state": "…"}` with the word of [`super::Page::state`] (`GET`).
pub const STATUS: &str = "/case/status";
/// The person agrees (`POST`).
pub const CONSENT: &str = "/case/consent";
/// The person takes back that an earlier check is remembered (`POST`).
pub const FORGET: &str = "/case/forget";
/// The person withdraws (`POST`).
pub const WITHDRAW: &str = "/case/withdraw";
/// The person goes to the verifier (`POST`).
pub const VISIT: &str = "/case/visit";
/// The person is ready for a further check (`POST`).
pub const CHECK: &str = "/case/check";
/// The person types in the code of a further check (`POST`).
pub const CHECK_CODE: &str = "/case/check/code";
/// The person tries again (`POST`).
pub const RETRY: &str = "/case/retry";
/// The person wants to see the pass (`POST`).
pub const REVEAL: &str = "/case/reveal";
/// Where pictures are taken, whatever is needed next (`GET`).
pub const CAPTURE: &str = "/capture";
/// The same, on the computer itself: nobody is asked again where (`GET`).
pub const CAPTURE_HERE: &str = "/capture?here=1";
/// Where the taking stands, as JSON `{"state": "…"}` (`GET`).
pub const CAPTURE_STATUS: &str = "/capture/status";
/// The person says which document (`POST`).
pub const CAPTURE_KIND: &str = "/capture/kind";
/// The person wants to show another document (`POST`).
pub const CAPTURE_ANOTHER: &str = "/capture/another";
/// A preview, to be told what could be better (`POST`).
pub const CAPTURE_LOOK: &str = "/capture/look";
/// A picture of a side goes below this (`POST`).
pub const CAPTURE_PICTURE: &str = "/capture/picture/";
/// A file goes below this (`POST`).
pub const CAPTURE_UPLOAD: &str = "/capture/upload/";
/// The person is ready for the pictures of the face (`POST`).
pub const CAPTURE_BEGIN: &str = "/capture/selfie/begin";
/// One frame of the film of the face (`POST`).
pub const CAPTURE_FRAME: &str = "/capture/selfie/frame";
/// The picture of the face (`POST`).
pub const CAPTURE_STILL: &str = "/capture/selfie/still";
/// The person wants to go on with the phone (`POST`).
pub const CAPTURE_PHONE: &str = "/capture/phone";
/// The two words stand on the phone, or not (`POST`).
pub const CAPTURE_CONFIRM: &str = "/capture/phone/confirm";
/// The person goes on at the computer (`POST`).
pub const CAPTURE_BACK: &str = "/capture/phone/back";
/// The phone's door, with the code below it (`GET`, `POST`).
pub const PHONE: &str = "/p/";
/// Where a person begins (`GET`).
pub const START: &str = "/";
/// Where a short code is typed in that somebody read out (`GET`, `POST`).
pub const ENTER_CODE: &str = "/code";
/// Style, scripts and pictures live under this (`GET`).
pub const ASSETS: &str = "/assets/";

/// The field that proves a form came from our own page.
pub const FORM_TOKEN: &str = "form_token";
/// The field that says that the person wants to be recognised the next time.
pub const REMEMBER: &str = "remember";
/// The field that says which check the person wants, where there is a choice; [`FULL`] or nothing.
pub const WHICH: &str = "check";
/// The full check.
pub const FULL: &str = "full";
/// The field that says which document.
pub const KIND: &str = "kind";
/// The field that says whether the words are the same, [`YES`] or anything else.
pub const ANSWER: &str = "answer";
/// They are.
pub const YES: &str = "yes";
/// The field with a picture.
pub const FILE: &str = "file";
/// The field with the purpose's name.
pub const PURPOSE: &str = "purpose";
/// The field with the address to go back to.
pub const RETURN_TO: &str = "return_to";
/// The field with the place of the contact that a code shall go to.
pub const CONTACT: &str = "contact";
/// The field that says how many codes the page knew of.
pub const SENT: &str = "sent";
/// The field with a code.
pub const CODE: &str = "code";
/// The field with the work e-mail address or user name.
pub const LOGIN: &str = "login";

/// Where operators sign in (`GET`).
pub const STAFF_SIGN_IN: &str = "/desk/sign-in";
/// Where operators sign out (`GET` asks, `POST` with [`FORM_TOKEN`] does it).
pub const STAFF_SIGN_OUT: &str = "/desk/sign-out";
/// Where operators prove themselves anew (`GET`).
pub const STAFF_STEP_UP: &str = "/desk/step-up";
/// Where operators are led to who are signed out at their provider too (`GET`).
pub const STAFF_SIGNED_OUT: &str = "/desk/signed-out";
/// Whether the session of this browser stands, as JSON (`GET`).
pub const STAFF_SESSION: &str = "/desk/session";
/// Where a link leads that lets in without any provider (`GET` with the token below it, `POST`).
pub const STAFF_GLASS: &str = "/desk/break-glass";
