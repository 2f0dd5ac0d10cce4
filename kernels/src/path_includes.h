// What path_*.cpp need before they open their namespace.
#ifndef CODELENGTH_PATH_INCLUDES_H
#define CODELENGTH_PATH_INCLUDES_H

#include <cmath>
#include <cstdint>
#include <cstring>

#include "../profile1.h"
#include "model.h"

#endif
