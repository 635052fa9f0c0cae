#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "pipeline/contacts/store.hpp"

namespace towfish {

/// One line a contact with a position, in the manner of NMEA 0183, for survey software that takes way-points:
///   $EXWPT,id,ddmm.mmmmm,N,dddmm.mmmmm,E,class,confidence,position error m,length m,width m,height m*hh
/// Unknown values are empty; hh is the exclusive or of all between $ and *. Contacts without a position are
/// left out.
std::string nmea_line(const Contact& contact);
void write_nmea(Store& store, std::ostream& out);
void write_nmea(Store& store, const std::filesystem::path& file);

}  // namespace towfish
