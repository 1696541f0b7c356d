//! A phone that helps out: let in by a code and the word of the case's own browser, and out again at any time.

use doorward_lab::Lab;
use doorward_lab::browser::Browser;
use doorward_lab::play::walk::Walk;

use super::{Call, begun, blank_picture, choose, here, lab, preview, state};

/// Asks for a code and types it on another device.
async fn handed(lab: &Lab, maria: &mut Walk) -> (Browser, String) {
    let again = state(&maria.browser) == "capture-offer";
    let form = maria.browser.form("/capture/phone").unwrap();
    form.press(if again { "fresh code" } else { "phone" }).await.unwrap();
    assert_eq!(state(&maria.browser), "capture-offer");
    let code = maria.browser.page().unwrap().first(".short .code").unwrap();
    let mut phone = maria.stranger().unwrap();
    phone.visit(&here(lab, &format!("/p/{code}"))).await.unwrap();
    assert_eq!(state(&phone), "phone-door");
    (phone, code)
}

/// Until the words stand on both screens.
async fn opened(lab: &Lab, maria: &mut Walk) -> (Browser, String) {
    let (mut phone, code) = handed(lab, maria).await;
    phone.form("/p/").unwrap().press("this phone").await.unwrap();
    assert_eq!(state(&phone), "phone-words");
    maria.browser.visit(&here(lab, "/capture")).await.unwrap();
    assert_eq!(state(&maria.browser), "capture-confirm");
    (phone, code)
}

fn pair(browser: &Browser) -> String {
    browser.page().unwrap().first(".pair").unwrap()
}

/// Posts a form's fields as a page would that was made up for it.
async fn press(lab: &Lab, phone: &Browser, path: &str, more: &str) -> u16 {
    let token = super::token(phone);
    let call = Call::from(phone).header("content-type", "application/x-www-form-urlencoded");
    let answer = call.post(lab, path, format!("form_token={token}{more}")).await;
    answer.status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_two_words_stand_on_both_screens_and_only_the_first_confirms_them() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    let (mut phone, code) = opened(&lab, &mut maria).await;
    assert_eq!(pair(&phone), pair(&maria.browser));

    // Not confirmed: nothing may be done there, and nothing of the case is seen.
    phone.visit(&here(&lab, "/case")).await.unwrap();
    assert_eq!(state(&phone), "no-session");
    phone.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&phone), "phone-words");

    // The code is spent.
    let mut another = maria.stranger().unwrap();
    another.visit(&here(&lab, &format!("/p/{code}"))).await.unwrap();
    assert_eq!(
        (another.page().unwrap().status().as_u16(), state(&another).as_str()),
        (410, "phone-gone")
    );

    let form = maria.browser.form("/capture/phone/confirm").unwrap();
    form.press("yes").await.unwrap();
    assert_eq!(state(&maria.browser), "capture-follow-kind");
    phone.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&phone), "capture-kind");

    // It takes pictures, and decides nothing about who does.
    for (path, more) in [
        ("/capture/phone", ""),
        ("/capture/phone/confirm", "&answer=yes"),
        ("/capture/phone/back", ""),
    ] {
        assert_eq!(press(&lab, &phone, path, more).await, 403, "{path}");
    }
    phone.visit(&here(&lab, "/case")).await.unwrap();
    assert_eq!(state(&phone), "no-session");

    // The first screen follows, and takes no pictures meanwhile.
    phone.visit(&here(&lab, "/capture")).await.unwrap();
    choose(&mut phone, "passport").await;
    assert_eq!(state(&phone), "capture-front");
    maria.browser.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&maria.browser), "capture-follow-front");
    let answer = Call::from(&maria.browser)
        .post(&lab, "/capture/picture/front", blank_picture())
        .await;
    assert_eq!(answer.status(), 409);

    // Taken back: the phone's cookie is worth nothing any more.
    let looked = Call::from(&phone).post(&lab, "/capture/look", preview()).await;
    assert_eq!(looked.status(), 200);
    let form = maria.browser.form("/capture/phone/back").unwrap();
    form.press("this computer").await.unwrap();
    assert_eq!(state(&maria.browser), "capture-front");
    let looked = Call::from(&phone).post(&lab, "/capture/look", preview()).await;
    assert_eq!(looked.status(), 410);
    phone.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&phone), "phone-gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_whose_words_are_others_is_shut_out() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    let (mut phone, _) = opened(&lab, &mut maria).await;
    let form = maria.browser.form("/capture/phone/confirm").unwrap();
    form.press("no").await.unwrap();
    assert_eq!(state(&maria.browser), "capture-where");
    phone.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&phone), "phone-gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_uses_no_code_up_and_a_fresh_code_ends_the_one_before() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    let (mut phone, first) = handed(&lab, &mut maria).await;
    phone.reload().await.unwrap();
    assert_eq!(state(&phone), "phone-door");
    // Loaded again, the first screen does not show the code any more: it offers a fresh one.
    maria.browser.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&maria.browser), "capture-offer");
    assert!(!maria.browser.page().unwrap().source().contains(&first));
    let (_, second) = handed(&lab, &mut maria).await;
    assert_ne!(first, second);
    phone.visit(&here(&lab, &format!("/p/{first}"))).await.unwrap();
    assert_eq!(state(&phone), "phone-gone");
    // As people type.
    let typed = second.to_lowercase().replace('-', "");
    phone.visit(&here(&lab, &format!("/p/{typed}"))).await.unwrap();
    assert_eq!(state(&phone), "phone-door");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_lead_nowhere_say_so_and_are_counted() {
    let lab = lab(false).await;
    let maria = begun(&lab).await;
    let mut guesser = maria.stranger().unwrap();
    for wrong in ["AAAAA-AAAAA", "x", "%3Cscript%3E", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        guesser.visit(&here(&lab, &format!("/p/{wrong}"))).await.unwrap();
        assert_eq!(guesser.page().unwrap().status().as_u16(), 410, "{wrong}");
    }
    let mut last = 410;
    for _ in 0..70 {
        guesser.visit(&here(&lab, "/p/AAAAA-AAAAB")).await.unwrap();
        last = guesser.page().unwrap().status().as_u16();
    }
    assert_eq!(last, 429);
    assert!(guesser.page().unwrap().headers().contains_key("retry-after"));
}
