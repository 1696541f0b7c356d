//! Without scripts: files, where the purpose takes them, and the words of what was the matter.

use doorward_lab::browser::{Browser, Upload};

use super::{at_the_computer, begun, choose, here, lab, marias_passport, people, state};

fn picture(bytes: Vec<u8>) -> Upload {
    Upload {
        name: "picture.jpg".to_owned(),
        kind: "image/jpeg".to_owned(),
        bytes,
    }
}

async fn send(browser: &mut Browser, bytes: Vec<u8>) {
    let form = browser.form("/capture/upload").unwrap().file("file", picture(bytes));
    form.press("Send").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_and_a_face_can_be_sent_without_scripts_and_a_person_decides() {
    let lab = lab(true).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    choose(&mut maria.browser, "passport").await;

    send(&mut maria.browser, b"GIF89a and nothing else".to_vec()).await;
    let page = maria.browser.page().unwrap();
    assert_eq!(page.status().as_u16(), 422);
    assert!(page.says("no picture that can be opened"), "{}", page.text());

    send(&mut maria.browser, super::blank_picture()).await;
    assert_eq!(state(&maria.browser), "capture-front");
    let page = maria.browser.page().unwrap();
    assert!(
        page.says("The last picture was not taken") && page.says("two more tries"),
        "{}",
        page.text()
    );

    send(&mut maria.browser, marias_passport()).await;
    assert_eq!(
        state(&maria.browser),
        "capture-selfie",
        "{}",
        maria.browser.page().unwrap().text()
    );
    // A closed tab costs nothing.
    maria.browser.visit(&here(&lab, "/case")).await.unwrap();
    assert_eq!(state(&maria.browser), "visit");
    maria.browser.form("/case/visit").unwrap().press("check").await.unwrap();
    assert_eq!(state(&maria.browser), "capture-selfie");

    send(&mut maria.browser, people("maria-silva-selfie.jpg")).await;
    maria.wait().await.unwrap();
    assert_eq!(
        state(&maria.browser),
        "review",
        "{}",
        maria.browser.page().unwrap().text()
    );
    maria.browser.visit(&here(&lab, "/capture")).await.unwrap();
    assert_eq!(state(&maria.browser), "review");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_not_taken_where_the_purpose_takes_none() {
    let lab = lab(false).await;
    let mut maria = begun(&lab).await;
    at_the_computer(&mut maria).await;
    choose(&mut maria.browser, "passport").await;
    let page = maria.browser.page().unwrap();
    assert!(!page.has_form("/capture/upload"));
    assert!(page.says("needs JavaScript"), "{}", page.text());
    let boundary = "----files-are-not-taken";
    let token = super::token(&maria.browser);
    let body = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n--{boundary}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nx\r\n--{boundary}--\r\n"
    );
    let kind = format!("multipart/form-data; boundary={boundary}");
    let call = super::Call::from(&maria.browser).header("content-type", &kind);
    assert_eq!(call.post(&lab, "/capture/upload/front", body).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_agrees_is_told_who_looks_and_who_decides() {
    fn quietly(_: &str, _: std::time::Duration) {}
    let lab = lab(false).await;
    let mut maria = doorward_lab::play::walk::Walk::new(lab.sheet().clone(), quietly).unwrap();
    maria.enter_portal(super::MARIA).await.unwrap();
    let page = maria.browser.page().unwrap();
    assert!(page.says("team looks at your pictures and decides"), "{}", page.text());
    assert!(page.says("own server"), "{}", page.text());
    assert!(!page.says("Persona"), "{}", page.text());
}
