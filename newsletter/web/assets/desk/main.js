// What every page of staff has. Pages work without it: it saves reloads and key presses.
import "./requests.js";
import "./dialogs.js";
import "./countdown.js";
import "./check.js";
import "./preview.js";
import "./keys.js";
import "./paste.js";
import "./news.js";
import "./progress.js";
import "./autosave.js";
import "./copying.js";
import "./people.js";
