// Microsoft Teams: a card in a channel of the service desk.
//
//   TARGET_URL   the address of the workflow "Post to a channel when a webhook request is received"; it is a secret
//
// "Create incoming webhooks with Workflows for Microsoft Teams"
// (https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498,
// November 2026): a message whose attachment is an Adaptive Card. Only what somebody may have to act on is passed on.
import { told } from "./relay.mjs";

const WORTH = new Set(["case.opened", "case.review", "case.approval", "case.stuck", "case.closed", "case.flagged"]);

export default function teams(message, settings) {
  if (!WORTH.has(message.type)) return null;
  const { purpose, opener, number } = message.data.case;
  const facts = [
    { title: "Case", value: number },
    { title: "For", value: purpose },
    { title: "Opened by", value: opener },
  ];
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", text: told(message), weight: "Bolder", wrap: true },
      { type: "FactSet", facts },
    ],
  };
  return {
    url: settings.TARGET_URL,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      type: "message",
      attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
    }),
  };
}
