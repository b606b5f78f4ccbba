// SIGINT and SIGTERM as a flag that long loops look at.
//
// Thread safety: yes.
#pragma once

namespace tiqu {

// From now on the first SIGINT or SIGTERM sets the flag; a second one ends the process at once.
void CatchInterrupts();
bool Interrupted();

}  // namespace tiqu
