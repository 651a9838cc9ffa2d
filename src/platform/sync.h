// Making sure that a file's bytes are on the device.
#pragma once

namespace imps::platform {

/// Returns when what was written to the open file or folder `descriptor` would outlive a power cut.
/// 0, or the operating system's error number. Blocks for as long as the device does.
/// Thread-safe: yes. Realtime-safe: no.
int sync_data(int descriptor) noexcept;

}  // namespace imps::platform
