// The editor of words; see main.js of the desk for what all pages share.
import "./editor.js";
import "./pane.js";
import "./presence.js";
