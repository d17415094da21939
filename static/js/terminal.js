// What only the Terminal has.
import "./pad.js";
import "./sale.js";
import "./scanner.js";
import "./shelf.js";
