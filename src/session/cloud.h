// The picture of what comes next.
#pragma once

#include <imps/performer.h>

#include "session/messages.h"

namespace imps {

/// The heaviest components of an outlook, as players read them: seconds, and controls in [0, 1].
/// Realtime-safe: yes.
Cloud cloud_of(const Outlook& outlook) noexcept;

}  // namespace imps
