package access

import (
	"embed"

	"comity/internal/store/db"
)

//go:embed sql
var files embed.FS

// Schema holds the tables person, office, grant_role, deputy and member.
var Schema = db.Schema{Name: "access", FS: files}
