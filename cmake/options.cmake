# fiscus_library(name SOURCES … PUBLIC … PRIVATE …): a static library fiscus::name, warnings on.
# fiscus_program(name …) and fiscus_test(name …) the same for programs and for tests under ctest.
set(FISCUS_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # -Wrestrict of g++ 12 sees overlaps in std::string that are not there (GCC bug 105329).
    list(APPEND FISCUS_WARNINGS -Wduplicated-cond -Wlogical-op -Wno-restrict)
endif()
if(FISCUS_WERROR)
    list(APPEND FISCUS_WARNINGS -Werror)
endif()
if(FISCUS_SANITIZE)
    add_compile_options(-fsanitize=${FISCUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FISCUS_SANITIZE})
endif()
if(FISCUS_FUZZ)
    # Counts what is executed, for the fuzzers to see which inputs lead somewhere new.
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
find_program(FISCUS_MOLD mold)
if(FISCUS_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

function(fiscus_target target)
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_compile_options(${target} PRIVATE ${FISCUS_WARNINGS})
endfunction()

# For targets whose headers of others make g++ 12 see, only with sanitisers, reads and uninitialised
# values that are not there (flatbuffers' reflection, std::regex).
function(fiscus_quiet_when_sanitised target)
    if(FISCUS_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -Wno-stringop-overread -Wno-maybe-uninitialized)
    endif()
endfunction()

function(fiscus_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    add_library(fiscus_${name} STATIC ${arg_SOURCES})
    add_library(fiscus::${name} ALIAS fiscus_${name})
    fiscus_target(fiscus_${name})
    target_link_libraries(fiscus_${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

function(fiscus_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;PRIVATE" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    fiscus_target(${name})
    target_link_libraries(${name} PRIVATE ${arg_PRIVATE})
    if(NOT FISCUS_SANITIZE)
        target_link_libraries(${name} PRIVATE fiscus_allocator)
    endif()
endfunction()

# A GoogleTest program; every test in it is a test of ctest. LABELS: unit, property, kafka, crash …
function(fiscus_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;PRIVATE;LABELS;ENVIRONMENT" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    fiscus_target(${name})
    target_link_libraries(${name} PRIVATE ${arg_PRIVATE} GTest::gtest GTest::gmock GTest::gtest_main)
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(NOT arg_LABELS)
        set(arg_LABELS unit)
    endif()
    # One ctest entry per program: starting a process for each test costs more than the tests.
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
        ENVIRONMENT "FISCUS_SOURCE_DIR=${CMAKE_SOURCE_DIR};FISCUS_BINARY_DIR=${CMAKE_BINARY_DIR};${arg_ENVIRONMENT}")
endfunction()
