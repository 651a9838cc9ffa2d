# How every target of the project is built, and the helpers that declare one.

# Warnings are errors with the compilers that every change is checked with. Another one may warn of
# what they do not, and a musician who only wants to play should not be stopped by that.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13) OR
   (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17))
  set(IMPS_WERROR_DEFAULT ON)
else()
  set(IMPS_WERROR_DEFAULT OFF)
endif()
option(IMPS_WERROR "Warnings are errors" ${IMPS_WERROR_DEFAULT})

add_library(imps_flags INTERFACE)
target_compile_options(imps_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual $<$<BOOL:${IMPS_WERROR}>:-Werror>
  # Leaving a field at its default is how settings are written.
  -Wno-missing-field-initializers
  # g++ 12, when it optimises, sees overlaps in std::string's assignments that are not there (GCC bug
  # 105651), and takes members with initialisers of a temporary aggregate for uninitialised.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # … and takes what is one source's alone, when several are compiled together, for a header's.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wno-subobject-linkage>
  # A product and a sum must round the same wherever the source is compiled: replay is bit for bit.
  -ffp-contract=off)
if(IMPS_SANITIZE)
  target_compile_options(imps_flags INTERFACE
    -fsanitize=${IMPS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(imps_flags INTERFACE -fsanitize=${IMPS_SANITIZE})
  find_program(IMPS_LLD NAMES ld.lld-16 ld.lld)
  if(IMPS_LLD)
    # A dozen of test programs, each of tens of megabytes: GNU's linker takes several times as long.
    target_link_options(imps_flags INTERFACE $<$<LINK_LANG_AND_ID:CXX,Clang>:-fuse-ld=lld>)
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # Highway compiles each kernel for the least processor there can be, too. With sanitizers that one
    # takes clang as long as seven others (72 of 82 s of the trainer's); what is shipped has it.
    target_compile_options(imps_flags INTERFACE -msse4.2 -maes -mpclmul)
  endif()
  if(IMPS_SANITIZE STREQUAL "thread")
    # Asio has memory fences, which the thread sanitizer does not model; its locks, which it does
    # model, order the same things.
    target_compile_options(imps_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
  endif()
endif()
# Rooms that parse and fuzz targets are instrumented for coverage, no more: that takes long to compile.
# Each target links the fuzzing engine itself.
add_library(imps_coverage INTERFACE)
if(IMPS_FUZZ)
  target_compile_options(imps_coverage INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(imps_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The sources of a target are compiled several together: most of a compiler's time goes into headers
# that all of them read. Whoever changes one file after the other turns it off, as the preset debug
# does; each source includes what it uses.
option(IMPS_TOGETHER "Compile several sources of a target together" ON)
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
function(imps_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${IMPS_TOGETHER})
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# imps_room(NAME SOURCES file... LINKS target... [PRIVATE_LINKS target...] [OPTIMISED]
#           [COLD] [FUZZED] [ALONE file...] [HEADERS header...])
# One folder of src/ is one static library `imps_NAME`. LINKS says which rooms it may use
# (tests/architecture checks that its #includes say the same). An OPTIMISED room is that under
# sanitizers, too, where its tests would else take minutes. In a COLD one nobody waits for anything: it
# is optimised as far as that makes compiling no longer; others that are not OPTIMISED, a little more.
# A FUZZED one is instrumented for coverage: what fuzz targets go through. Sources that are compiled
# ALONE have names of their own that others have as well. Outside HEADERS that most of the sources read
# are compiled once for all of them, beside those of the standard library.
set(IMPS_STANDARD_HEADERS <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <functional> <memory>
  <optional> <span> <string> <string_view> <utility> <vector>)
function(imps_room name)
  cmake_parse_arguments(ROOM "OPTIMISED;COLD;FUZZED" "" "SOURCES;LINKS;PRIVATE_LINKS;ALONE;HEADERS" ${ARGN})
  add_library(imps_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(imps_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(imps_${name} PUBLIC ${ROOM_LINKS} PRIVATE imps_flags ${ROOM_PRIVATE_LINKS})
  imps_together(imps_${name} ${ROOM_ALONE})
  if(ROOM_HEADERS AND IMPS_TOGETHER)
    target_precompile_headers(imps_${name} PRIVATE ${IMPS_STANDARD_HEADERS} ${ROOM_HEADERS})
  endif()
  if(ROOM_FUZZED)
    target_link_libraries(imps_${name} PRIVATE imps_coverage)
  endif()
  # Clang takes one file's short name for a type for that of another one, compiled together with it.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT IMPS_TOGETHER)
    target_compile_options(imps_${name} PRIVATE -Wshadow)
  endif()
  if(IMPS_SANITIZE)
    if(ROOM_OPTIMISED)
      target_compile_options(imps_${name} PRIVATE -O1)
    endif()
  elseif(ROOM_COLD)
    target_compile_options(imps_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  elseif(NOT ROOM_OPTIMISED)
    target_compile_options(imps_${name} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
endfunction()

# What is shipped, and all that ./play builds: the programs under src/.
add_custom_target(programs)

# imps_program(NAME SOURCES file... LINKS target...): an executable in the build folder's top.
function(imps_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE ${PROGRAM_LINKS} imps_flags)
  string(FIND "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/src/" under_src)
  if(under_src EQUAL 0)
    add_dependencies(programs ${name})
  endif()
endfunction()

# What is tested is as fast as it is shipped; the tests themselves are compiled three times as often as
# they are run, and GoogleTest's macros take longest to optimise. (Nor do they suit g++ 12 then, which
# sees faults in std::string that are not there.)
set(IMPS_TEST_OPTIONS -O0)

# imps_test(NAME SOURCES file... LINKS target... [LABELS label...] [DEPENDS target...]
#           [TIMEOUT seconds] [ALONE_WITH resource] [ALONE file...])
# One GoogleTest program, each of its tests registered in CTest; of all that are ALONE_WITH a
# resource, one runs at a time; ALONE as for rooms. Tests find the reference data
# in $IMPS_REFERENCE, or else in ../shared/reference beside the project, and skip without it.
function(imps_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT;ALONE_WITH" "SOURCES;LINKS;LABELS;DEPENDS;ALONE" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_LINKS} imps_test_support imps_flags)
  target_compile_options(${name} PRIVATE ${IMPS_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM imps_test_headers)
  imps_together(${name} ${TEST_ALONE})
  if(TEST_DEPENDS)
    add_dependencies(${name} ${TEST_DEPENDS})
  endif()
  set(properties TIMEOUT ${TEST_TIMEOUT})
  if(TEST_LABELS)
    list(APPEND properties LABELS ${TEST_LABELS})
  endif()
  if(TEST_ALONE_WITH)
    # They mostly wait, one after the other: begun first, so that the rest runs beside them.
    list(APPEND properties RESOURCE_LOCK ${TEST_ALONE_WITH} COST 100)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()

# imps_fuzz(NAME SOURCES file... LINKS target... [RUNS n] [MAX_LEN n])
# A libFuzzer target, its kept corpus in fuzz/corpus/NAME, and a CTest test that runs it over the
# corpus and then for RUNS inputs from a fixed seed.
add_custom_target(fuzz_targets)
function(imps_fuzz name)
  cmake_parse_arguments(FUZZ "" "RUNS;MAX_LEN" "SOURCES;LINKS;DEPENDS" ${ARGN})
  if(NOT FUZZ_RUNS)
    set(FUZZ_RUNS 10000)
  endif()
  if(NOT FUZZ_MAX_LEN)
    set(FUZZ_MAX_LEN 4096)
  endif()
  add_executable(fuzz_${name} ${FUZZ_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${FUZZ_LINKS} imps_flags imps_coverage)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  if(FUZZ_DEPENDS)
    add_dependencies(fuzz_${name} ${FUZZ_DEPENDS})
  endif()
  add_dependencies(fuzz_targets fuzz_${name})
  # New inputs go to the build folder: the kept corpus only changes by hand.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz-found/${name})
  add_test(NAME fuzz_${name} COMMAND fuzz_${name} -seed=1 -runs=${FUZZ_RUNS} -max_len=${FUZZ_MAX_LEN}
    -rss_limit_mb=1024 -timeout=20 -print_final_stats=0
    ${CMAKE_BINARY_DIR}/fuzz-found/${name} ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
  set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 600 LABELS fuzz)
endfunction()
