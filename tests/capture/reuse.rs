//! The same picture, the same document, in another case.

use doorward::builtin::Answer;
use doorward_contract::Weight;

use super::*;

on_both! {
    a_file_that_was_used_in_another_case_is_refused_whosever_it_is
    a_copy_that_was_written_anew_is_known_by_its_look
    a_document_of_another_account_is_refused_and_one_s_own_is_not
    what_is_not_to_be_remembered_is_not
}

fn of(case: &str, account: Option<&str>, login: &str) -> ProofRequest {
    let mut request = request(case);
    request.here.account = account.map(str::to_owned);
    request.here.login = Some(login.to_owned());
    request
}

/// The same picture, saved anew.
fn saved_anew(file: &[u8], format: image::ImageFormat) -> Vec<u8> {
    let picture = image::load_from_memory(file).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn a_file_that_was_used_in_another_case_is_refused_whosever_it_is(bench: Bench) {
    let file = passport(&maria(), "maria-silva", 1);
    let first = of("C-1", Some("a"), "maria");
    let (_, session) = bench.proof(&first).await;
    let answer = bench.passport(&session, &file).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    // Once more in the same session it is no reuse, only another try.
    let again = bench.builtin.another(&session).await.unwrap();
    assert!(matches!(bench.passport(&again, &file).await, Answer::Taken(_)));

    let wrapped = saved_anew(&file, image::ImageFormat::Png);
    for (case, account, copy) in [("C-2", "a", &file), ("C-3", "b", &file), ("C-4", "a", &wrapped)] {
        let request = of(case, Some(account), "maria");
        let (reference, session) = bench.proof(&request).await;
        let answer = bench.passport(&session, copy).await;
        assert!(matches!(answer, Answer::Ended(_)), "{case}: {answer:?}");
        assert_eq!(
            declined(&bench.read(&reference, &request).await),
            ["reused_picture"],
            "{case}"
        );
    }
}

async fn a_copy_that_was_written_anew_is_known_by_its_look(bench: Bench) {
    let file = passport(&maria(), "maria-silva", 1);
    let (_, session) = bench.proof(&of("C-1", Some("a"), "maria")).await;
    bench.passport(&session, &file).await;
    let copy = saved_anew(&file, image::ImageFormat::Jpeg);
    let request = of("C-2", None, "somebody");
    let (reference, session) = bench.proof(&request).await;
    let answer = bench.passport(&session, &copy).await;
    assert!(
        matches!(answer, Answer::Taken(_)),
        "whose it is cannot be told yet: {answer:?}"
    );
    let findings = bench.builtin.exhibits(&reference).await.unwrap().findings;
    let found = |word: &str| findings.iter().find(|remark| remark.word == word);
    let near = found("near_reuse").expect("it looks the same");
    assert_eq!((near.weight, near.about.as_deref()), (Weight::Signal, Some("C-1")));
    let document = found("document_seen_elsewhere").expect("and is the same document");
    assert_eq!(
        (document.weight, document.about.as_deref()),
        (Weight::Contradiction, Some("C-1"))
    );
}

async fn a_document_of_another_account_is_refused_and_one_s_own_is_not(bench: Bench) {
    let first = of("C-1", None, "maria");
    let (reference, session) = bench.proof(&first).await;
    bench.passport(&session, &passport(&maria(), "maria-silva", 1)).await;
    // Only when it was decided it is known whose it is.
    let decided = doorward_contract::Decided {
        account: Some("a".to_owned()),
        document: None,
        face: None,
        accepted: false,
    };
    bench.builtin.decided(&reference, &decided).await.unwrap();

    let own = of("C-2", Some("a"), "another login of hers");
    let (reference, session) = bench.proof(&own).await;
    let answer = bench.passport(&session, &passport(&maria(), "maria-silva", 2)).await;
    assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    let findings = bench.builtin.exhibits(&reference).await.unwrap().findings;
    let seen = findings
        .iter()
        .find(|remark| remark.word == "document_seen_before")
        .unwrap();
    assert_eq!((seen.weight, seen.about.as_deref()), (Weight::Fact, Some("C-1")));

    let other = of("C-3", Some("b"), "somebody");
    let (reference, session) = bench.proof(&other).await;
    let answer = bench.passport(&session, &passport(&maria(), "maria-silva", 3)).await;
    assert!(matches!(answer, Answer::Ended(_)), "{answer:?}");
    assert_eq!(declined(&bench.read(&reference, &other).await), ["reused_document"]);
}

async fn what_is_not_to_be_remembered_is_not(mut bench: Bench) {
    bench.settings.remember_reuse = Duration::ZERO;
    bench.builtin = bench.another().await;
    let file = passport(&maria(), "maria-silva", 1);
    for case in ["C-1", "C-2"] {
        let (_, session) = bench.proof(&of(case, Some(case), case)).await;
        let answer = bench.passport(&session, &file).await;
        assert!(matches!(answer, Answer::Taken(_)), "{answer:?}");
    }
    assert_eq!(
        bench.rows("capture_seen").await + bench.rows("capture_origins").await,
        0
    );
}
