// ServiceNow: the script of a Scripted REST resource (POST, no authentication, because the signature is it). Writes a work note on the
// incident whose number was given as the case's ticket.
//
// System properties: x_doorward.secret (type password2): the secret of the [[webhook]], without `whsec_`; while it is changed
// two, with a space between.
// GlideCertificateEncryption.generateMac takes the key as base64, which is what stands behind `whsec_`
// (https://www.servicenow.com/docs/, "GlideCertificateEncryption", November 2026). In a scoped application it is called
// CertificateEncryption.
(function process(request, response) {
  var id = request.getHeader('webhook-id') || '';
  var time = request.getHeader('webhook-timestamp') || '';
  var signatures = (request.getHeader('webhook-signature') || '').split(' ');
  var raw = request.body.dataString;

  // Five minutes, as Standard Webhooks has it.
  var now = Math.floor(new GlideDateTime().getNumericValue() / 1000);
  var young = /^\d+$/.test(time) && Math.abs(now - parseInt(time, 10)) <= 300;
  var fits = false;
  var secrets = (gs.getProperty('x_doorward.secret') || '').split(' ');
  for (var s = 0; s < secrets.length; s++) {
    if (!secrets[s]) continue;
    var wanted = 'v1,' + new GlideCertificateEncryption().generateMac(secrets[s], 'HmacSHA256', id + '.' + time + '.' + raw);
    for (var g = 0; g < signatures.length; g++) {
      // Each letter is compared, so that time tells nothing.
      var differs = wanted.length ^ signatures[g].length;
      for (var at = 0; at < wanted.length; at++) differs |= wanted.charCodeAt(at) ^ signatures[g].charCodeAt(at);
      fits = fits || differs === 0;
    }
  }
  if (!id || !young || !fits) {
    response.setStatus(401);
    return;
  }

  response.setStatus(204);
  var message = JSON.parse(raw);
  var told = message.data['case'];
  if (!told || !/^INC\d+$/.test(told.ticket || '')) return;
  var incident = new GlideRecord('incident');
  if (!incident.get('number', told.ticket)) return;
  // A message that comes twice is noted once: its id stands in the note.
  var note = 'Doorward: case ' + told.number + ' is at "' + told.stage + '"' + (told.end ? ' (' + told.end + ')' : '') +
    '\n' + message.type + ' ' + id;
  if (String(incident.work_notes.getJournalEntry(-1)).indexOf(id) >= 0) return;
  incident.work_notes = note;
  incident.update();
})(request, response);
