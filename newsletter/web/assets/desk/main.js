// What every page of staff has. Pages work without it: it saves reloads and key presses.
import "./requests.js";
import "./dialogs.js";
import "./countdown.js";
import "./keys.js";
import "./people.js";
