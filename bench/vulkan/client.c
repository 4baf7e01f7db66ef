/*
 * A small Vulkan client: runs a compute shader on the first device that the loader offers and measures it.
 *
 *   client SHADER.spv GROUPS_X GROUPS_Y SECONDS FILE...
 *
 * Each FILE is a storage buffer (binding 0, 1, ...): its content is what the buffer holds before the first dispatch,
 * and it is written back after it. Dispatches then go on for SECONDS. Prints the device, the number of measured
 * dispatches, and the seconds they took on the clock and on all processors together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vulkan/vulkan.h>

#define MOST_BUFFERS 8
#define CHECK(call)                                                  \
  do {                                                               \
    VkResult result_ = (call);                                       \
    if (result_ != VK_SUCCESS) {                                     \
      fprintf(stderr, "client: %s: %d\n", #call, (int)result_);      \
      exit(1);                                                       \
    }                                                                \
  } while (0)

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *read_file(const char *name, size_t *size) {
  FILE *file = fopen(name, "rb");
  if (file == NULL) {
    perror(name);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void *bytes = malloc(*size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) exit(1);
  fclose(file);
  return bytes;
}

static void write_file(const char *name, const void *bytes, size_t size) {
  FILE *file = fopen(name, "wb");
  if (file == NULL || fwrite(bytes, 1, size, file) != size) {
    perror(name);
    exit(1);
  }
  fclose(file);
}

static uint32_t host_memory(VkPhysicalDevice gpu, uint32_t bits) {
  VkPhysicalDeviceMemoryProperties memory;
  vkGetPhysicalDeviceMemoryProperties(gpu, &memory);
  VkMemoryPropertyFlags want = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
  for (uint32_t n = 0; n < memory.memoryTypeCount; n++) {
    if ((bits >> n & 1) != 0 && (memory.memoryTypes[n].propertyFlags & want) == want) return n;
  }
  fprintf(stderr, "client: no memory that the host sees\n");
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 6 || argc - 5 > MOST_BUFFERS) {
    fprintf(stderr, "usage: client SHADER.spv GROUPS_X GROUPS_Y SECONDS FILE...\n");
    return 2;
  }
  uint32_t groups_x = (uint32_t)atoi(argv[2]), groups_y = (uint32_t)atoi(argv[3]);
  double limit = atof(argv[4]);
  uint32_t count = (uint32_t)(argc - 5);

  VkApplicationInfo application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_1};
  VkInstanceCreateInfo instance_info = {
      .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &application};
  VkInstance instance;
  CHECK(vkCreateInstance(&instance_info, NULL, &instance));
  uint32_t gpus = 1;
  VkPhysicalDevice gpu;
  VkResult found = vkEnumeratePhysicalDevices(instance, &gpus, &gpu);
  if ((found != VK_SUCCESS && found != VK_INCOMPLETE) || gpus == 0) {
    fprintf(stderr, "client: no Vulkan device\n");
    return 1;
  }
  VkPhysicalDeviceProperties properties;
  vkGetPhysicalDeviceProperties(gpu, &properties);

  float priority = 1;
  VkDeviceQueueCreateInfo queue_info = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                        .queueFamilyIndex = 0,
                                        .queueCount = 1,
                                        .pQueuePriorities = &priority};
  VkDeviceCreateInfo device_info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                    .queueCreateInfoCount = 1,
                                    .pQueueCreateInfos = &queue_info};
  VkDevice device;
  CHECK(vkCreateDevice(gpu, &device_info, NULL, &device));
  VkQueue queue;
  vkGetDeviceQueue(device, 0, 0, &queue);

  VkBuffer buffers[MOST_BUFFERS];
  void *maps[MOST_BUFFERS];
  size_t sizes[MOST_BUFFERS];
  VkDescriptorSetLayoutBinding bindings[MOST_BUFFERS];
  for (uint32_t n = 0; n < count; n++) {
    void *bytes = read_file(argv[5 + n], &sizes[n]);
    VkBufferCreateInfo buffer_info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                      .size = sizes[n],
                                      .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    CHECK(vkCreateBuffer(device, &buffer_info, NULL, &buffers[n]));
    VkMemoryRequirements needs;
    vkGetBufferMemoryRequirements(device, buffers[n], &needs);
    VkMemoryAllocateInfo memory_info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                        .allocationSize = needs.size,
                                        .memoryTypeIndex = host_memory(gpu, needs.memoryTypeBits)};
    VkDeviceMemory memory;
    CHECK(vkAllocateMemory(device, &memory_info, NULL, &memory));
    CHECK(vkBindBufferMemory(device, buffers[n], memory, 0));
    CHECK(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &maps[n]));
    memcpy(maps[n], bytes, sizes[n]);
    free(bytes);
    bindings[n] = (VkDescriptorSetLayoutBinding){.binding = n,
                                                 .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                                 .descriptorCount = 1,
                                                 .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
  }

  VkDescriptorSetLayoutCreateInfo set_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                              .bindingCount = count,
                                              .pBindings = bindings};
  VkDescriptorSetLayout set_layout;
  CHECK(vkCreateDescriptorSetLayout(device, &set_info, NULL, &set_layout));
  VkPipelineLayoutCreateInfo layout_info = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &set_layout};
  VkPipelineLayout layout;
  CHECK(vkCreatePipelineLayout(device, &layout_info, NULL, &layout));
  size_t code_size;
  void *code = read_file(argv[1], &code_size);
  VkShaderModuleCreateInfo module_info = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code_size, .pCode = code};
  VkShaderModule module;
  CHECK(vkCreateShaderModule(device, &module_info, NULL, &module));
  VkComputePipelineCreateInfo pipeline_info = {
      .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
      .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = module,
                .pName = "main"},
      .layout = layout};
  VkPipeline pipeline;
  CHECK(vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &pipeline_info, NULL, &pipeline));

  VkDescriptorPoolSize pool_size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, count};
  VkDescriptorPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                          .maxSets = 1,
                                          .poolSizeCount = 1,
                                          .pPoolSizes = &pool_size};
  VkDescriptorPool pool;
  CHECK(vkCreateDescriptorPool(device, &pool_info, NULL, &pool));
  VkDescriptorSetAllocateInfo allocate = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                          .descriptorPool = pool,
                                          .descriptorSetCount = 1,
                                          .pSetLayouts = &set_layout};
  VkDescriptorSet set;
  CHECK(vkAllocateDescriptorSets(device, &allocate, &set));
  for (uint32_t n = 0; n < count; n++) {
    VkDescriptorBufferInfo whole = {buffers[n], 0, VK_WHOLE_SIZE};
    VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                  .dstSet = set,
                                  .dstBinding = n,
                                  .descriptorCount = 1,
                                  .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                  .pBufferInfo = &whole};
    vkUpdateDescriptorSets(device, 1, &write, 0, NULL);
  }

  VkCommandPoolCreateInfo commands_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  VkCommandPool commands;
  CHECK(vkCreateCommandPool(device, &commands_info, NULL, &commands));
  VkCommandBufferAllocateInfo command_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                              .commandPool = commands,
                                              .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                              .commandBufferCount = 1};
  VkCommandBuffer command;
  CHECK(vkAllocateCommandBuffers(device, &command_info, &command));
  VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  CHECK(vkBeginCommandBuffer(command, &begin));
  vkCmdBindPipeline(command, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  vkCmdBindDescriptorSets(command, VK_PIPELINE_BIND_POINT_COMPUTE, layout, 0, 1, &set, 0, NULL);
  vkCmdDispatch(command, groups_x, groups_y, 1);
  CHECK(vkEndCommandBuffer(command));
  VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  VkFence fence;
  CHECK(vkCreateFence(device, &fence_info, NULL, &fence));

  VkSubmitInfo submit = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &command};
  int dispatches = -1;
  double start = 0, spent = 0, busy = 0;
  do {
    CHECK(vkQueueSubmit(queue, 1, &submit, fence));
    CHECK(vkWaitForFences(device, 1, &fence, VK_TRUE, UINT64_MAX));
    CHECK(vkResetFences(device, 1, &fence));
    if (dispatches < 0) {
      for (uint32_t n = 0; n < count; n++) write_file(argv[5 + n], maps[n], sizes[n]);
      start = now(CLOCK_MONOTONIC);
      busy = now(CLOCK_PROCESS_CPUTIME_ID);
    }
    dispatches++;
    spent = now(CLOCK_MONOTONIC) - start;
  } while (spent < limit);
  busy = now(CLOCK_PROCESS_CPUTIME_ID) - busy;
  printf("%s\n%d\n%.9f\n%.9f\n", properties.deviceName, dispatches, spent, busy);
  return 0;
}
