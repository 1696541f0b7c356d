// Takes pictures of a document or a face: opens the camera, says what could be better, sends. Where the taking stands is known by
// the server alone; this page can be closed and loaded again at any moment. Without this, the page offers what works without it.
"use strict";

(() => {
  const BETWEEN_LOOKS = 1000; // What the server is asked about a preview, at most this often.
  const BETWEEN_FRAMES = 250; // Four a second are enough to see a head turn.
  const BLACK = 2000; // Cameras begin with a black picture; one that stays is a fault.
  const SETTLE = 2500; // Time to read why a picture was not taken, before the next is.
  const CLEAR_LOOKS = 2; // Good previews in a row before a picture is taken by itself.
  const CLEAR_LOOKS_AGAIN = 4; // There are three tries: the later ones are not hurried.
  const LARGEST = 12 * 1024 * 1024; // The server takes no more.
  const LARGE = 4 * 1024 * 1024; // Larger than this it is made smaller first: no more of it is looked at.
  const WIDEST = 2800; // As wide as the server looks at.
  const LOOK_WIDTH = 800;
  const FACE_WIDTH = 480;

  const camera = document.querySelector("[data-camera]");
  const upload = document.querySelector("form.upload");
  const part = (css, within = document) => within.querySelector(css);
  const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));
  const text = (css) => part(css)?.textContent.trim() ?? "";
  const word = (name) => text(`[data-word="${name}"]`);
  const hint = (name) => text(`[data-hint="${CSS.escape(name)}"]`) || word("again");
  const ask = (name) => text(`[data-ask="${CSS.escape(name)}"]`);

  const [stage, video, frozen] = [part(".stage"), part(".stage video"), part(".stage canvas")];
  const [cueBox, faultBox, last] = [part("#cue"), part("#fault"), part("#last")];
  const [open, shutter, dots] = [part("[data-open]"), part("[data-shutter]"), part(".dots")];
  const selfie = camera.dataset.camera === "selfie";
  let stream = null;
  let busy = false; // A picture is under way, or a challenge.
  let gone = false; // Another page comes.
  let tried = false; // A picture was not taken on this page.
  let nonce = camera.dataset.nonce ?? null; // What was asked is done; the picture at its end is wanted.
  let quietUntil = 0;
  let looking = null; // The look that is under way: one picture of a session is looked at at a time.

  // --- what is said --------------------------------------------------------------------------------------------------

  let saidAt = 0;
  /** Says one thing, in words and in form. A hint stays long enough to be read, and is not said again while it stays. */
  const cue = (kind, says, urgent = true) => {
    if (cueBox.dataset.cue === kind && part("[data-says]").textContent === says) return;
    if (!urgent && Date.now() - saidAt < 900) return;
    saidAt = Date.now();
    stage.dataset.cue = kind;
    cueBox.dataset.cue = kind;
    part("[data-says]").textContent = says;
  };

  let faulty = "";
  /** Shows what is wrong and what helps, in the words of the list below. */
  const fault = (name) => {
    faulty = name;
    const known = part(`[data-fault="${CSS.escape(name)}"]`);
    faultBox.hidden = !known;
    if (!known) return;
    part("[data-problem]").textContent = part("dt", known).textContent;
    part("[data-remedy]").textContent = part("dd", known).textContent;
  };
  const mended = (...names) => {
    if (names.length === 0 || names.includes(faulty)) fault("");
  };

  const notTaken = (why, left) => {
    tried = true;
    last.hidden = false;
    part("[data-why]").textContent = hint(why);
    part("[data-left]").textContent = left ? word(`left-${left}`) : "";
    cue("attend", hint(why));
    quietUntil = Date.now() + SETTLE;
  };

  // --- the server ----------------------------------------------------------------------------------------------------

  const leave = (to) => {
    gone = true;
    stop();
    location.replace(to);
  };

  const about = () => {
    const track = stream?.getVideoTracks()[0];
    if (!track) return {};
    const { width, height, frameRate } = track.getSettings();
    return {
      "x-camera": encodeURIComponent(track.label.slice(0, 100)),
      "x-camera-size": `${width ?? video.videoWidth}x${height ?? video.videoHeight}`,
      "x-frame-rate": String(Math.round(frameRate ?? 0)),
    };
  };

  /** Posts, and answers what the server said. Patient: tries again for as long as it takes. Otherwise a failure is `null`. */
  const post = async (to, body, { headers = {}, patient = true } = {}) => {
    for (let wait = 1000; !gone; wait = Math.min(wait * 2, 15000)) {
      let later = wait;
      try {
        const sent = { "x-form-token": camera.dataset.token, accept: "application/json", ...headers };
        if (body) sent["content-type"] = body.type || "application/octet-stream";
        const answer = await fetch(to, { method: "POST", body, headers: sent, cache: "no-store" });
        if (answer.status < 500 && answer.status !== 429) {
          const said = await answer.json().catch(() => ({}));
          mended("busy", "offline");
          if (said.next) leave(said.next);
          // Nothing that this page knows: the page itself says where things stand.
          else if (!answer.ok && !said.hint) leave(document.body.dataset.case);
          else return said;
          return null;
        }
        later = Math.max(wait, 1000 * (Number(answer.headers.get("retry-after")) || 0));
        if (patient) {
          cue("busy", word("waiting"));
          if (wait > 4000) fault("busy");
        }
      } catch {
        if (patient) fault("offline");
      }
      if (!patient) return null;
      await Promise.race([pause(later), new Promise((resolve) => addEventListener("online", resolve, { once: true }))]);
    }
    return null;
  };

  // --- the camera ----------------------------------------------------------------------------------------------------

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    if (video) video.srcObject = null;
  };

  const FAULTS = {
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "missing",
    OverconstrainedError: "missing",
    NotReadableError: "in_use",
    AbortError: "in_use",
  };

  const start = async () => {
    if (stream || gone) return;
    fault("");
    if (!navigator.mediaDevices?.getUserMedia) {
      fault(isSecureContext ? "inside_app" : "insecure");
      return;
    }
    cue("attend", word("opening"));
    const ideal = selfie ? [1280, 720] : [1920, 1080];
    const wanted = { facingMode: { ideal: camera.dataset.facing }, width: { ideal: ideal[0] }, height: { ideal: ideal[1] } };
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      delete cueBox.dataset.cue;
      fault(FAULTS[error.name] ?? "in_use");
      return;
    }
    const own = stream;
    own.getVideoTracks()[0].addEventListener("ended", () => {
      if (stream !== own) return;
      closed();
      fault("in_use");
    });
    video.srcObject = own;
    open.hidden = true;
    shutter.hidden = false;
    try {
      await video.play();
    } catch {
      fault("paused");
    }
    aim();
    watch(own);
  };

  const closed = () => {
    stop();
    open.hidden = false;
    shutter.hidden = true;
    stage.classList.remove("frozen");
    delete cueBox.dataset.cue;
    stage.dataset.cue = "off";
  };

  const aim = () => cue("attend", text("[data-aim]"));

  const drawn = (width) => {
    const canvas = document.createElement("canvas");
    const scale = Math.min(1, width / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return canvas;
  };
  const jpeg = (canvas, quality) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));

  const small = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  /** The mean grey of the picture, its lightest, and how much neighbours differ; on a picture of a few thousand points. */
  const measured = () => {
    const [wide, high] = [96, 72];
    small.canvas.width = wide;
    small.canvas.height = high;
    small.drawImage(video, 0, 0, wide, high);
    const { data } = small.getImageData(0, 0, wide, high);
    let [sum, most] = [0, 0];
    for (let at = 0; at < data.length; at += 4) {
      const grey = 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2];
      sum += grey;
      most = Math.max(most, grey);
    }
    return { mean: sum / (wide * high), most };
  };

  const photo = async () => {
    const track = stream.getVideoTracks()[0];
    if (!selfie && "ImageCapture" in window) {
      try {
        const able = new ImageCapture(track);
        const lamp = (await able.getPhotoCapabilities()).fillLightMode ?? [];
        const taken = able.takePhoto(lamp.includes("off") ? { fillLightMode: "off" } : {});
        const blob = await Promise.race([taken, pause(4000).then(() => null)]);
        if (blob && blob.size > 0) return blob.size > LARGE ? await smaller(blob) : blob;
      } catch {
        // Not every camera takes photographs of its own; the live picture does.
      }
    }
    return jpeg(drawn(WIDEST), 0.9);
  };

  const smaller = async (blob) => {
    const picture = await createImageBitmap(blob);
    const scale = Math.min(1, WIDEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return jpeg(canvas, 0.9);
  };

  const freeze = () => {
    frozen.width = video.videoWidth;
    frozen.height = video.videoHeight;
    frozen.getContext("2d").drawImage(video, 0, 0);
    stage.classList.add("frozen");
  };

  // --- looking -------------------------------------------------------------------------------------------------------

  /** Says what could be better for as long as this camera is open, and takes the picture of a document that is well in sight. */
  const watch = async (own) => {
    let [clear, lookedAt, blackSince, stillSince, played] = [0, 0, 0, Date.now(), -1];
    while (stream === own && !gone) {
      await pause(BETWEEN_FRAMES);
      if (busy || document.hidden || stream !== own) {
        [clear, blackSince, stillSince] = [0, 0, Date.now()];
        continue;
      }
      if (video.currentTime === played) {
        if (Date.now() - stillSince > BLACK) fault("paused");
        continue;
      }
      [played, stillSince] = [video.currentTime, Date.now()];
      mended("paused");
      const { mean, most } = measured();
      if (most < 16) {
        blackSince ||= Date.now();
        if (Date.now() - blackSince > BLACK) fault("black");
        continue;
      }
      blackSince = 0;
      mended("black");
      if (Date.now() < quietUntil) continue;
      if (mean < 35 || mean > 235) {
        clear = 0;
        cue("attend", hint(mean < 35 ? "dark" : "bright"), false);
        continue;
      }
      if (Date.now() - lookedAt < BETWEEN_LOOKS) continue;
      lookedAt = Date.now();
      const frame = await jpeg(drawn(selfie ? FACE_WIDTH : LOOK_WIDTH), 0.75);
      looking = post(camera.dataset.look, frame, { patient: false });
      const said = await looking;
      if (!said || busy || stream !== own) continue;
      if (said.hint) {
        clear = 0;
        cue("attend", hint(said.hint), false);
      } else {
        clear += 1;
        cue("fits", selfie ? ask("reached") : word("good"));
        if (!selfie && clear >= (tried ? CLEAR_LOOKS_AGAIN : CLEAR_LOOKS)) await take();
      }
    }
  };

  /** The picture: taken, shown, sent. */
  const take = async (more = {}) => {
    if (!stream || video.videoWidth === 0) return;
    busy = true;
    shutter.disabled = true;
    freeze();
    cue("busy", word("sending"));
    const blob = await photo();
    await looking;
    cue("busy", word("checking"));
    const said = await post(camera.dataset.send, blob, { headers: { ...about(), ...more } });
    if (gone) {
      cue("fits", word("taken"));
      return;
    }
    stage.classList.remove("frozen");
    shutter.disabled = false;
    busy = false;
    if (nonce) part("span", shutter).textContent = ask("shutter");
    if (said?.hint) notTaken(said.hint, said.left);
    else aim();
  };

  // --- the face ------------------------------------------------------------------------------------------------------

  const prompt = (step) => {
    dots.hidden = false;
    dots.replaceChildren(...Array.from({ length: step.of }, () => document.createElement("span")));
    [...dots.children].forEach((dot, at) => dot.classList.toggle("reached", at < step.step));
    const straight = step.ask === "straight";
    cue(straight ? "attend" : step.ask, ask(straight && step.step > 0 ? "back" : step.ask));
  };

  /** One round of what is asked: frames go out, the server says what comes next. */
  const challenge = async () => {
    busy = true;
    shutter.hidden = true;
    for (const told of [part("#lead"), part("#before"), part("[data-asked]"), last]) told.hidden = true;
    cueBox.scrollIntoView({ block: "start" });
    await looking;
    let step = await post(camera.dataset.begin, null, { headers: about() });
    let [under, over] = [false, null];
    if (!step?.nonce) over = step ?? {};
    else prompt(step);
    const hear = (said, of) => {
      if (!said || over || of !== step) return;
      if (said.still || said.again) over = said;
      else if (said.step) {
        step = said.step;
        prompt(step);
      } else if (said.reached) cue("fits", ask("back"));
      else if (said.hint) cue("attend", hint(said.hint), false);
      else prompt(step);
    };
    while (!over && !gone && stream) {
      const begun = Date.now();
      // One frame of a session is looked at at a time: a second one would be turned away.
      if (!under) {
        under = true;
        const of = step;
        const frame = await jpeg(drawn(FACE_WIDTH), 0.75);
        const headers = { ...about(), "x-step": String(of.step), "x-nonce": of.nonce };
        post(camera.dataset.frame, frame, { headers, patient: false }).then((said) => {
          under = false;
          hear(said, of);
        });
      }
      await pause(Math.max(20, BETWEEN_FRAMES - (Date.now() - begun)));
    }
    if (gone) return;
    [...dots.children].forEach((dot) => dot.classList.toggle("reached", Boolean(over?.still)));
    shutter.hidden = !stream;
    if (over?.still && stream) {
      nonce = over.still;
      cue("attend", ask("still"));
      await pause(600);
      await take({ "x-nonce": nonce });
      return;
    }
    busy = false;
    dots.hidden = true;
    const again = over?.again ?? over;
    part("span", shutter).textContent = ask("again");
    notTaken(again?.hint ?? "slowly", again?.left);
  };

  // --- by hand -------------------------------------------------------------------------------------------------------

  open.addEventListener("click", start);
  part("[data-retry]").addEventListener("click", () => {
    closed();
    start();
  });
  shutter.addEventListener("click", () => {
    if (busy) return;
    if (selfie && !nonce) challenge();
    else take(nonce ? { "x-nonce": nonce } : {});
  });

  upload?.addEventListener("submit", (event) => {
    const file = part("input[type=file]", upload).files[0];
    if (file && file.size > LARGEST) {
      event.preventDefault();
      fault("too_large");
      faultBox.scrollIntoView({ block: "center" });
      return;
    }
    stop();
    part("button", upload).disabled = true;
  });

  // Another device or tab may have gone on meanwhile; the camera may have been taken away.
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || busy || gone) return;
    try {
      const headers = { accept: "application/json" };
      const answer = await fetch(document.body.dataset.status, { cache: "no-store", headers });
      const moved = answer.ok ? (await answer.json()).state !== document.body.dataset.state : answer.status < 500;
      if (moved && answer.status !== 429) leave(document.body.dataset.case);
    } catch {
      // The line is down; the next picture tells.
    }
    if (stream && video.paused) video.play().catch(() => fault("paused"));
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  camera.hidden = false;
  // Who allowed the camera for the page before is not made to press once more.
  navigator.permissions
    ?.query({ name: "camera" })
    .then((answer) => {
      if (answer.state === "granted") start();
    })
    .catch(() => {});
})();
