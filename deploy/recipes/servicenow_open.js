// ServiceNow: the script of a UI action "Send a recovery link" on Incident, for agents. Opens a case for the caller and sends them the
// link; the link is written nowhere else.
//
// An outbound REST Message "Doorward" with the HTTP method "Open" (POST https://doorward.example/api/v1/cases, header
// Authorization: Bearer ${token}, Content-Type: application/json), and an event x_doorward.link with a notification that mails
// ${event.parm2} to ${event.parm1}. The token is an [[api_token]] of Doorward's with `purposes = ["recover"]`.
(function open(current, action) {
  var caller = current.caller_id.getRefRecord();
  var ask = new sn_ws.RESTMessageV2('Doorward', 'Open');
  ask.setStringParameterNoEscape('token', gs.getProperty('x_doorward.token'));
  ask.setRequestBody(JSON.stringify({
    purpose: 'recover',
    account: String(caller.getValue('email')),
    ticket: String(current.getValue('number')),
    operator: String(gs.getUserDisplayName())
  }));
  var answer = ask.execute();
  var status = answer.getStatusCode();
  var told = JSON.parse(answer.getBody() || '{}');
  if (status !== 201) {
    gs.addErrorMessage('Doorward: ' + (told.detail || told.title || status));
    return;
  }
  // Never the work e-mail: the person is locked out of it.
  gs.eventQueue('x_doorward.link', current, String(caller.getValue('u_private_email')), told.link.url);
  current.work_notes = 'Doorward: case ' + told.number + ' was opened; its link was sent.';
  current.update();
  action.setRedirectURL(current);
})(current, action);
