package response

import (
	"context"

	"comity/internal/base/id"
	"comity/internal/base/language"
	"comity/internal/cooperation/exchange"
	"comity/internal/desk"
	"comity/internal/engine/envelope"
	"comity/internal/store/db"
)

// sent notes the message by which a response, or its withdrawal, went to the node that leads the study: its receipt says
// what became of it there.
func sent(ctx context.Context, c *desk.Change, n, message id.ID) error {
	_, err := c.Exec(ctx, `UPDATE response SET message_id = ? WHERE id = ?`, message, n)
	return err
}

// refusal returns the check by which the leading node refused what a response sent last, "" when it didn't.
func refusal(ctx context.Context, tx *db.Tx, n id.ID) (envelope.Check, error) {
	var message id.ID
	if err := tx.Row(ctx, `SELECT message_id FROM response WHERE id = ?`, n).Scan(&message); err != nil || message == "" {
		return "", err
	}
	post, err := exchange.PostOf(ctx, tx, message)
	if err != nil || post.Receipt == nil || post.Receipt.Result != envelope.Refused {
		return "", err
	}
	return post.Receipt.Check, nil
}

// refusalSay says what a refusal means and what to do about it. A receipt tells the check and no more.
func refusalSay(check envelope.Check, state State) string {
	switch {
	case check == "":
		return ""
	case state == Withdrawn:
		return language.M("The secretariat’s node didn’t take the withdrawal: the study is closed there. What was submitted still counts. Ask the secretariat.")
	case check == envelope.NotAllowed:
		return language.M("The secretariat’s node refused the response: the time for answers was over there. Ask the secretariat for a later day, then open the response again and submit it.")
	case check == envelope.BadSchema:
		return language.M("The secretariat’s node refused the response: it isn’t what was asked there, or doesn’t follow what was submitted before. Ask the secretariat, then open the response again and submit it.")
	}
	return language.M("The secretariat’s node refused the response before reading it: the envelope didn’t pass a check. Ask those who run this node, then open the response again and submit it.")
}
