import { x } from './a.mjs';
try { x; } catch {}
